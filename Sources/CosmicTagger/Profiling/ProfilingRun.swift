import Logging
import Networks
import Sites

/// `cosmic-tagger profile`: where the time of a network's steps goes, layer by layer.
public struct ProfilingRun {
  /// What is read.
  public let data: DataConfiguration
  /// The network's switches; the number of planes is taken from the events.
  public let network: UResNetConfiguration
  /// How it is trained.
  public let training: TrainingConfiguration
  /// The name of the preset that the network started from.
  public let preset: String
  /// Steps that are measured.
  public let steps: Int
  /// Steps before these.
  public let warmUp: Int

  /// What becomes of the figures.
  public struct Output {
    /// So many layers, slowest first; nothing for all in the network's order.
    public var top: Int?
    /// Where the figures go as JSON.
    public var json: String?
    /// Where the slices of time go.
    public var trace: String?

    /// A table of all layers, and no files.
    public init() {}
  }

  private let output: Output
  private let logger: Logger

  /// More batches than this are not held in memory: the first ones come again.
  private static let mostBatches = 8

  /// A profile that reports to a logger.
  ///
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, network: UResNetConfiguration, training: TrainingConfiguration,
    preset: String, steps: Int, warmUp: Int, output: Output, logger: Logger
  ) throws(TaggerError) {
    try data.validate()
    try training.validate()
    guard (1...100_000).contains(steps) else {
      throw TaggerError(.usage, "--steps \(steps) is not possible: use 1 to 100000")
    }
    guard (0...100_000).contains(warmUp) else {
      throw TaggerError(.usage, "--warm-up \(warmUp) is not possible: use 0 to 100000")
    }
    if let top = output.top, top < 1 {
      throw TaggerError(.usage, "--top \(top) is not possible: use 1 or more")
    }
    self.data = data.filling(for: training.mode)
    self.network = network
    self.training = training
    self.preset = preset
    self.steps = steps
    self.warmUp = warmUp
    self.output = output
    self.logger = logger
  }

  /// Measures and reports.
  ///
  /// - Throws: `TaggerError` when events cannot be read or do not fit the network, or when a file
  ///   cannot be written.
  public func run() throws(TaggerError) {
    do {
      try profile()
    } catch {
      throw TaggerError(error)
    }
  }

  private func profile() throws {
    let source = try data.openSource()
    let geometry = try ImageGeometry.find(in: source, data)
    var configuration = network
    configuration.planes = geometry.planes
    logger.debug(data, configuration)
    try configuration.validate()
    try geometry.checkDepth(configuration.depth)
    guard output.json == nil || output.json != output.trace else {
      throw TaggerError(
        .usage, "--json and --trace are both \(output.json ?? ""): name two files")
    }
    let json = try output.json.map { try OutputFile($0, option: "--json") }
    let trace = try output.trace.map { try OutputFile($0, option: "--trace") }

    let batches = try self.batches(source, SiteAssembly(geometry, data))
    logger.info("\(title(batches))")
    let measurement = try NetworkProfiler(
      network: configuration, training: training, steps: steps, warmUp: warmUp
    ).run(batches)
    let report = try ProfileReport(measurement, self)
    for line in ProfileTables(report).lines(top: output.top) { logger.info("\(line)") }
    try json?.writeJSON(report)
    try trace?.writeJSON(ProfileTimeline(measurement).trace, snakeCase: false, isPretty: false)
  }

  private func batches(
    _ source: any EventSource, _ assembly: SiteAssembly
  ) throws -> [SiteAssembly.Batch] {
    var order = EventOrder(eventCount: source.eventCount, data)
    let distinct = source.eventCount.map { ($0 - 1) / data.minibatchSize + 1 } ?? .max
    return try (0..<min(steps + warmUp, Self.mostBatches, distinct)).map { _ in
      try assembly.batch(order.next().map { try source.event($0) })
    }
  }

  private func title(_ batches: [SiteAssembly.Batch]) -> String {
    let counts = batches.map(\.sites.count)
    let sites = Set([counts.min() ?? 0, counts.max() ?? 0]).sorted().map(String.init)
    return "Profile of \(preset): \(steps) training steps and inferences, \(warmUp) to warm up, "
      + "\(data.minibatchSize) events a batch, \(sites.joined(separator: " to ")) sites"
  }
}
