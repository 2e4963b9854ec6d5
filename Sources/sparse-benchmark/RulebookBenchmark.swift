import ArgumentParser
import CosmicTagger
import Foundation
import Networks
import Sites
import Telemetry
import Tensors

extension SiteIndexKind: ExpressibleByArgument {}

/// `sparse-benchmark rulebooks`.
struct Rulebooks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time the construction of rulebooks, index by index.",
    discussion: """
      For each set of sites, the rulebooks of a U-Net: 3×3 filters on every level, 5×5 on the first, \
      2×2 filters with stride 2 between levels, and the merge of all planes at the bottom; then all \
      of them together. Every rulebook is made whole, from sorted sites to both columns and their \
      blocks, by one thread; with more threads, so many make the same at once, as loaders and \
      processes on one machine do. The ratio is that of the median against sparsehash, \
      SparseConvNet's way: one look-up in a hash map for every offset of every site. Equal checksums \
      are equal rulebooks.

      Examples:
        sparse-benchmark rulebooks --file events.h5 --index sparsehash automatic
        sparse-benchmark rulebooks --random 0.001 0.02 0.5 --sites 100000
      """)

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp("A larcv3 file: sites of one of its events.", valueName: "path"))
  var file: String?

  @Option(help: ArgumentHelp("Number of the event in the file.", valueName: "number"))
  var event = 0

  @Option(help: ArgumentHelp("How many times its images are halved first.", valueName: "times"))
  var downsample = 0

  @Option(help: ArgumentHelp("How many times the U-Net halves images.", valueName: "times"))
  var depth = 6

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Shares of an image's pixels that random sites occupy.",
      discussion: "Without it, 0.02, 0.2 and 0.8; nothing random with --file.",
      valueName: "shares"))
  var random: [Double] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Numbers of random sites, about.", valueName: "counts"))
  var sites = [30_000]

  @Option(parsing: .upToNextOption, help: "Ways to look up sites.")
  var index = SiteIndexKind.allCases

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Numbers of threads, each of which makes them all.", valueName: "counts"))
  var threads = [1]

  @Option(help: ArgumentHelp("Times each rulebook is made.", valueName: "count"))
  var repetitions = 7

  @Option(
    help: ArgumentHelp(
      "Also time the whole plan of this network, as training asks for it.", valueName: "preset"))
  var plan: UResNetConfiguration.Preset?

  @Flag(help: "Print all rulebooks together only.")
  var totals = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard random.allSatisfy({ $0 >= leastOccupancy && $0 <= 1 }) else {
      throw ValidationError("--random takes shares from 1e-6 to 1")
    }
    guard !sites.isEmpty, sites.allSatisfy({ (0...100_000_000).contains($0) }) else {
      throw ValidationError("--sites are numbers from 0 to 100000000")
    }
    guard (0...8).contains(downsample), (0...16).contains(depth) else {
      throw ValidationError("--downsample is 0 to 8, and --depth 0 to 16")
    }
    guard (1...1_000_000).contains(repetitions) else {
      throw ValidationError("--repetitions \(repetitions) is not possible: use 1 to 1000000")
    }
    guard !threads.isEmpty, threads.allSatisfy({ (1...256).contains($0) }) else {
      throw ValidationError("--threads are numbers from 1 to 256")
    }
    guard !index.isEmpty else { throw ValidationError("--index needs at least one way") }
  }

  func run() throws {
    try reportingErrors {
      let sets = try siteSets()
      try report.reporting("rulebooks") { report in
        for (name, sites) in sets {
          var work = try RulebookWork.uNet(on: sites, depth: depth)
          work = (totals ? [] : work) + [RulebookWork.together(work)]
          if let plan { work.append(try RulebookWork.plan(plan, on: sites)) }
          for count in threads { try time(name, work, Threads(count: count), &report) }
        }
      }
    }
  }

  private func siteSets() throws -> [(name: String, sites: SiteSet)] {
    let shares = random.isEmpty && file == nil ? [0.02, 0.2, 0.8] : random
    let drawn = try shares.flatMap { share in
      try sites.map { count in
        // Images of every size are halved as often, but for those that would grow by half.
        let ideal = (Double(count) / share).squareRoot()
        var multiple = 1 << depth
        while multiple > 2, Double(multiple) > 1.5 * ideal { multiple /= 2 }
        let name = "random \(String(format: "%g", share * 100)) % \(count)"
        return (
          name,
          try SiteSet.random(count: count, occupancy: share, multiple: multiple, seed: 1)
        )
      }
    }
    return try
      (file.map {
        [("event \(event)/\(downsample)", try .event(event, of: $0, downsample: downsample))]
      } ?? []) + drawn
  }

  /// Times all rulebooks of one set of sites, and prints their table.
  private func time(
    _ name: String, _ work: [RulebookWork], _ threads: Threads, _ report: inout BenchmarkReport
  ) throws {
    var table = MetricsTable(
      headers: [
        "level", "filter", "sites", "occupied %", "pairs", "index", "ms", "ns/site", "times",
        "checksum",
      ])
    for item in work {
      var literal: Double?
      for kind in index {
        let timing = item.time(kind, threads, repetitions: repetitions)
        if kind == .sparseHash { literal = timing.median }
        let entry = item.entry("\(name)/", kind, threads.count, timing)
        report.entries.append(entry)
        table.append([
          .text(item.level), .text(item.filter), .count(item.sites),
          .number(100 * item.occupancy, decimals: 2), .count(item.pairs), .text(kind.rawValue),
          .number(timing.median * 1e3, decimals: 4),
          .number(timing.median * 1e9 / Double(max(1, item.sites)), decimals: 1),
          literal.map { .number($0 / max(timing.median, 1e-12), decimals: 1) } ?? .text("-"),
          .text(String(try item.checksum(kind), radix: 16)),
        ])
      }
    }
    printLine("\n\(name), \(named(threads: threads.count))\n\(table)")
  }
}
