import ArgumentParser
import CosmicTagger
import Foundation
import Networks
import Sites
import Telemetry
import Tensors

extension UResNetConfiguration.Preset: ExpressibleByArgument {}

/// `sparse-benchmark networks`.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps and inference of whole networks.",
    discussion: """
      Runs each preset at each resolution and batch size, on events of a file or simulated ones \
      that are held in memory: medians of a training step, of inference and of planning, which \
      runs ahead on a thread of its own (exposed is what a step had to wait for it), and memory.

      With --scale the first preset also runs on random sites, more and more of them: a time a \
      site that does not change says that the time grows in proportion.

      Examples:
        sparse-benchmark networks --file events.h5 --presets a21 seed --batches 1 8
        sparse-benchmark networks --scale 1000 10000 100000 1000000 5000000 --threads 2
      """)

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "A larcv3 file with events.", discussion: "Without it, events are simulated.",
      valueName: "path"))
  var file: String?

  @Option(parsing: .upToNextOption, help: "Networks.")
  var presets = [UResNetConfiguration.Preset.a21, .uresnet, .seed]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("How often images are halved before use.", valueName: "times"))
  var downsample = [1]

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Events of a batch.", valueName: "events"))
  var batches = [1]

  @Option(help: ArgumentHelp("Steps to measure, and inferences.", valueName: "steps"))
  var steps = 5

  @Option(help: ArgumentHelp("Steps before that, which are not counted.", valueName: "steps"))
  var warmUp = 2

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Numbers of random sites to run the first preset on.",
      discussion: "Instead of events, unless there is a --file.", valueName: "counts"))
  var scale: [Int] = []

  @Option(help: ArgumentHelp("Share of pixels that random sites occupy.", valueName: "share"))
  var occupancy = 0.02

  @OptionGroup(title: "Benchmark") var options: BenchmarkOptions

  func validate() throws {
    guard downsample.allSatisfy({ (0...8).contains($0) }) else {
      throw ValidationError("--downsample are numbers from 0 to 8")
    }
    guard batches.allSatisfy({ (1...65_536).contains($0) }) else {
      throw ValidationError("--batches are numbers from 1 to 65536")
    }
    guard (1...100_000).contains(steps), (0...100_000).contains(warmUp) else {
      throw ValidationError("--steps is 1 to 100000, and --warm-up 0 to 100000")
    }
    guard scale.allSatisfy({ (1...100_000_000).contains($0) }) else {
      throw ValidationError("--scale takes numbers of sites from 1 to 100000000")
    }
    guard occupancy >= leastOccupancy, occupancy <= 1 else {
      throw ValidationError(
        "--occupancy \(occupancy) is not possible: use a share from 1e-6 to 1")
    }
  }

  func run() throws {
    try reportingErrors {
      try options.report.reporting("networks") { report in
        for count in options.threads {
          if file != nil || scale.isEmpty { try timeEvents(threads: count, &report) }
          if !scale.isEmpty { try timeScale(threads: count, &report) }
        }
      }
    }
  }

  private func timeEvents(threads: Int, _ report: inout BenchmarkReport) throws {
    var table = NetworkTable(columns: ["network", "batch"])
    for times in downsample {
      for size in batches {
        let (events, geometry) = try self.events(downsample: times, batchSize: size)
        for preset in presets {
          var network = UResNetConfiguration(preset: preset)
          network.planes = geometry.planes
          try geometry.checkDepth(network.depth)
          let measurement = try profiler(network, threads: threads).run(events)
          let name = "\(preset.rawValue) \(geometry.rows)×\(geometry.columns)"
          table.append([.text(name), .count(size)], measurement)
          report.append(measurement, named: "\(name)/batch \(size)", threads: threads)
        }
      }
    }
    printLine("\n\(named(threads: threads))\n\(table)")
  }

  private func timeScale(threads: Int, _ report: inout BenchmarkReport) throws {
    guard let preset = presets.first else { return }
    var network = UResNetConfiguration(preset: preset)
    network.planes = 3
    var table = NetworkTable(columns: ["network", "batch"])
    var bytesPerSite = 0.0
    let physical = Double(ProcessInfo.processInfo.physicalMemory)
    for count in scale.sorted() {
      guard bytesPerSite * Double(count) < 0.8 * physical else {
        printLine(
          String(
            format: "%d sites are left out: they would take some %.0f GB of this machine's %.0f",
            count, 1e-9 * bytesPerSite * Double(count), 1e-9 * physical))
        continue
      }
      let batch = try SiteAssembly.Batch.random(
        count: count, occupancy: occupancy, multiple: 1 << network.depth)
      let measurement = try profiler(network, threads: threads).run([batch])
      bytesPerSite =
        Double(measurement.memory.peakResidentBytes) / Double(max(1, measurement.sites))
      table.append([.text("\(preset.rawValue) random"), .count(1)], measurement)
      report.append(
        measurement, named: "\(preset.rawValue)/random \(count)", threads: threads)
    }
    printLine("\n\(named(threads: threads))\n\(table)")
  }

  private func profiler(_ network: UResNetConfiguration, threads: Int) -> NetworkProfiler {
    var training = TrainingConfiguration()
    training.threads = threads
    return NetworkProfiler(network: network, training: training, steps: steps, warmUp: warmUp)
  }

  /// The first events of the file, or simulated ones, as a few batches.
  private func events(
    downsample: Int, batchSize: Int
  ) throws -> ([SiteAssembly.Batch], ImageGeometry) {
    var data = DataConfiguration()
    data.file = file
    data.downsample = downsample
    data.minibatchSize = batchSize
    data.access = .serialAccess
    let source = try data.openSource()
    let geometry = try ImageGeometry.find(in: source, data)
    let assembly = SiteAssembly(geometry, data)
    var order = EventOrder(eventCount: source.eventCount, data)
    let distinct = min(3, source.eventCount.map { ($0 - 1) / batchSize + 1 } ?? 3)
    let batches = try (0..<distinct).map { _ in
      try assembly.batch(order.next().map { try source.event($0) })
    }
    return (batches, geometry)
  }
}

extension SiteAssembly.Batch {
  /// Random sites on three planes, with random charges and labels.
  fileprivate static func random(count: Int, occupancy: Double, multiple: Int) throws -> Self {
    let sites = try SiteSet.random(
      count: count, occupancy: occupancy, planes: 3, multiple: multiple, seed: 1)
    var random = RandomStream(seed: 1, stream: 1)
    return Self(
      sites: sites, charges: (0..<sites.count).map { _ in Float(random.uniform()) },
      labels: (0..<sites.count).map { _ in UInt8.random(in: 0...2, using: &random) },
      planes: sites.keys.map { Int32(sites.packing.coordinate(of: $0, axis: 0)) })
  }
}
