import Layers
import Logging
import Networks
import Telemetry
import Tensors
import Training

/// `cosmic-tagger compare`: one network computed on active sites, on full images, and on full images
/// whose other pixels are kept at zero.
public struct ComparisonRun {
  /// What is read.
  public let data: DataConfiguration
  /// The network's switches; the number of planes is taken from the events.
  public let network: UResNetConfiguration
  /// Loss, threads and seed.
  public let training: TrainingConfiguration
  /// Parameters for all modes, or nothing for those of the seed.
  public let checkpoint: String?
  /// Events that are compared, and steps that are timed in each mode.
  public let events: Int
  /// Where the figures go as JSON.
  public let json: String?

  private let logger: Logger

  /// A comparison that reports to a logger.
  ///
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, network: UResNetConfiguration, training: TrainingConfiguration,
    checkpoint: String?, events: Int, json: String?, logger: Logger
  ) throws(TaggerError) {
    var data = data
    data.minibatchSize = 1
    data.access = .serialAccess
    data.readsTruth = network.hasHeads
    try data.validate()
    try training.validate()
    guard (1...100_000).contains(events) else {
      throw TaggerError(.usage, "--events \(events) is not possible: use 1 to 100000")
    }
    self.data = data
    self.network = network
    self.training = training
    self.checkpoint = checkpoint
    self.events = events
    self.json = json
    self.logger = logger
  }

  /// Compares and reports.
  ///
  /// - Throws: `TaggerError` when events or checkpoint cannot be read or do not fit the network, or when
  ///   the file of figures cannot be written.
  public func run() throws(TaggerError) {
    do {
      try compare()
    } catch {
      throw TaggerError(error)
    }
  }

  private func compare() throws {
    let source = try data.openSource()
    let geometry = try ImageGeometry.find(in: source, data)
    var configuration = network
    configuration.planes = geometry.planes
    logger.debug(data, configuration)
    let found = try checkpoint.map { path in
      try CheckpointFolder.checkpoint(named: path) { logger.warning("\($0)") }
    }
    let (checkpoint, stored) = (found?.file, found?.checkpoint)
    try geometry.checkDepth(configuration.depth)
    let json = try self.json.map { try OutputFile($0, option: "--json") }
    let count = min(events, source.eventCount ?? events)
    if let stored, let checkpoint {
      for line in stored.differences(checkpoint, from: configuration) {
        logger.info("\(line)")
      }
    }
    let modes = try TrainingConfiguration.Mode.allCases.map { mode in
      let network = try configuration.network(mode, seed: training.seed)
      if let stored, let checkpoint {
        try stored.load(
          into: network, file: checkpoint, remedy: "give the switches it was trained with")
      }
      return ComparedMode(mode, network, self, geometry)
    }
    logger.info(
      """
      \(count) events of \(geometry.rows)×\(geometry.columns) pixels on \(geometry.planes) planes, \
      \(modes[0].network.parameterCount) parameters\(checkpoint.map { " of \($0)" } ?? "")
      """)
    var report = ComparisonReport()
    report.difference = try difference(modes, source, count)
    logger.info("\(report.layerTable)\n\n\(report.gradientTable)\n")
    for mode in modes {
      report.modes.append(try mode.measure(source, events: count))
    }
    logger.info("\(report.modeTable)")
    logger.info(
      """
      Largest difference of masked dense from sparse, relative to the largest value: logits \
      \(scientific(report.maxLogitDifference)), gradients \(scientific(report.maxGradientDifference))
      """)
    try json?.writeJSON(report)
  }

  /// Of the masked network from the sparse one.
  private func difference(
    _ modes: [ComparedMode], _ source: any EventSource, _ count: Int
  ) throws -> NetworkDifference {
    let byMode = Dictionary(modes.map { ($0.mode, $0) }, uniquingKeysWith: { first, _ in first })
    var difference = NetworkDifference()
    guard let sparse = byMode[.sparse], let masked = byMode[.masked] else { return difference }
    var bar = ProgressBar()
    for number in 0..<count {
      let event = try source.event(number)
      try difference.compare(
        sparse.pass(event), masked.pass(event), on: sparse.batch(event), loss: training.loss,
        threads: Threads(count: training.threads))
      bar.update(step: number + 1, of: count, message: "comparing")
    }
    bar.finish(erasing: true)
    return difference
  }
}
