import ArgumentParser
import Kernels
import Sites
import Telemetry
import Tensors

extension LayerKind: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// `sparse-benchmark layers`.
struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time the kernels of each kind of convolution.",
    discussion: """
      Forward pass, input gradient and weight gradient are timed one by one. GFLOP/s count two \
      operations for each true pair of sites, input and output channel; the share beside (%) is of the \
      peak of fused multiply-add in this precision, measured at the start with the same threads. The table shows \
      best times, the file medians too. Repetitions find their data in the cache where it fits.

      Example:
        sparse-benchmark layers --file events.h5 --levels 0 --widths 16 32 --threads 2
      """)

  @OptionGroup(title: "Sites") var sites: SiteOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Input and output channels.", valueName: "channels"))
  var widths = [8, 16, 32, 48, 64, 96, 128]

  @Option(parsing: .upToNextOption, help: "Kinds of layers.")
  var kinds = LayerKind.allCases

  @Option(help: "What features and weights are rounded to before they are multiplied.")
  var precision = Precision.float32

  @Option(
    help: ArgumentHelp(
      "How long each pass is repeated, three times at least.", valueName: "seconds"))
  var seconds = 0.05

  @OptionGroup(title: "Benchmark") var options: BenchmarkOptions

  func validate() throws {
    guard widths.allSatisfy({ (1...4096).contains($0) }) else {
      throw ValidationError("--widths are numbers from 1 to 4096")
    }
    guard precision == .float32 || InstructionSet.current.multipliesBFloat16 else {
      throw ValidationError(InstructionSet.lackingBFloat16)
    }
    guard seconds >= 0, seconds.isFinite else {
      throw ValidationError("--seconds \(seconds) is not possible: use zero or more")
    }
  }

  func run() throws {
    try reportingErrors {
      let sets = try sites.sets()
      try options.report.reporting("layers") { report in
        for count in options.threads {
          let threads = Threads(count: count)
          let peaks = report.measurePeak(threads, precision: precision)
          for (name, sites) in sets { try time(name, sites, threads, peaks, &report) }
        }
      }
    }
  }

  /// Times all layers on one set of sites, and prints their table.
  private func time(
    _ name: String, _ sites: SiteSet, _ threads: Threads, _ peaks: MachinePeaks,
    _ report: inout BenchmarkReport
  ) throws {
    var table = MetricsTable(
      headers: ["layer", "channels", "pairs"]
        + ["forward", "∂input", "∂weight"].flatMap { ["\($0) ms", "GF/s", "%"] })
    let compute = Compute(threads: threads, precision: precision)
    for kind in kinds {
      for width in widths {
        let work = try LayerWork(kind, sites, channels: width)
        let entries = LayerPass.allCases.map { pass in
          entry("\(name)/\(kind.rawValue)/\(width)/\(pass.rawValue)", work, pass, compute, peaks)
        }
        report.entries += entries
        table.append(
          [.text(kind.rawValue), .count(width), .count(work.pairs)]
            + entries.flatMap { entry -> [MetricsTable.Cell] in
              [
                .number(entry.bestSeconds * 1e3, decimals: 3),
                .number(entry.gigaflops, decimals: 1),
                .number(100 * (entry.shareOfPeak ?? 0), decimals: 0),
              ]
            })
      }
    }
    printLine("\n\(name): \(sites.count) sites, \(named(threads: threads.count))\n\(table)")
  }

  private func entry(
    _ name: String, _ work: LayerWork, _ pass: LayerPass, _ compute: Compute, _ peaks: MachinePeaks
  ) -> BenchmarkReport.Entry {
    let timing = Timing(lasting: seconds) {
      compute.arena.reset()
      work.run(pass, compute)
    }
    var entry = BenchmarkReport.Entry(
      name: "\(name)/\(named(threads: compute.threads.count))", threads: compute.threads.count,
      sites: work.sites, pairs: work.pairs, multiplyAdds: work.multiplyAdds, bytes: work.bytes,
      medianSeconds: timing.median, bestSeconds: timing.best)
    entry.shareOfPeak = entry.gigaflops / peaks.gigaflops
    return entry
  }
}
