import Foundation
import Kernels
import LArCV
import Layers
import Logging
import Networks
import Tensors
import Training

/// `cosmic-tagger inference`: applies a trained network to all events of a file, in order.
public struct InferenceRun {
  /// What is applied to what.
  public let configuration: InferenceConfiguration

  private let logger: Logger
  private let stop: StopRequest?

  /// A run that reports to a logger.
  ///
  /// - Parameter stop: who may ask it to end before the last event.
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    _ configuration: InferenceConfiguration, logger: Logger, stop: StopRequest? = nil
  ) throws(TaggerError) {
    try configuration.validate()
    self.configuration = configuration
    self.logger = logger
    self.stop = stop
  }

  /// Applies the network.
  ///
  /// - Throws: `TaggerError` when events cannot be read or do not fit the network, when the output
  ///   cannot be written, or when somebody asks to stop; what was scored until then is kept.
  public func run() throws(TaggerError) {
    do {
      try infer()
    } catch {
      throw TaggerError(error)
    }
  }

  private func infer() throws {
    let stored = try StoredNetwork(configuration.checkpoint) { logger.warning("\($0)") }
    var configuration = configuration
    configuration.mode = configuration.mode ?? stored.trainedMode ?? .sparse
    try Self(configuration, logger: logger, stop: stop).infer(by: stored)
  }

  private var mode: TrainingConfiguration.Mode { configuration.mode ?? .sparse }

  private func infer(by stored: StoredNetwork) throws {
    let data = try data(of: stored)
    logger.debug(data, stored.configuration)
    let source = try data.openSource()
    let events = try events(of: source.eventCount ?? 0)
    let geometry = try ImageGeometry.find(in: source, data)
    try check(stored, geometry)
    try checkOutput(stored)
    _ = try OutputFile(configuration.output, option: "--output")
    for path in configuration.metricsFile.map({ [$0] }) ?? [] {
      _ = try OutputFile(path, option: "--metrics-file")
    }
    let network = try stored.network(mode)
    logger.info("Restoring weights from  \(stored.file)")

    let journal = try ScoreJournal(
      output: configuration.output, identity: identity(stored, data, events),
      restarts: configuration.restarts)
    let pass = try InferencePass(
      configuration, data, geometry, events: events, journal: journal, logger: logger)
    let known = journal.knownBatches
    let loader = InferenceLoader(
      data, events: events, geometry: geometry,
      planner: NetworkPlanner(
        network, inputChannels: stored.configuration.inputChannels),
      isKnown: { $0 < known })
    let compute = Compute(
      threads: Threads(count: configuration.threads), convolution: configuration.convolution,
      precision: configuration.precision)
    try pass.run(loader, PixelScorer(network, compute), stop)
  }

  /// How events are read: as in training where nothing else is said, and without labels where the file
  /// has none.
  private func data(of stored: StoredNetwork) throws(TaggerError) -> DataConfiguration {
    var data = stored.data
    configuration.images.apply(to: &data)
    data.file = configuration.file
    data.minibatchSize = configuration.minibatchSize
    data.access = .serialAccess
    try data.validate()
    data.isolatesReader = configuration.isolatesReader
    data.badEventRemedy = InferenceConfiguration.badEventRemedy
    data = try data.findingLabels(required: configuration.images.labelProducer != nil)
    if !data.readsLabels {
      logger.info(
        "\(configuration.file) has no labels of producer \(data.labelProducer): there are no metrics"
      )
    }
    return data.filling(for: mode)
  }

  private func events(of count: Int) throws(TaggerError) -> Range<Int> {
    guard configuration.firstEvent < count else {
      throw TaggerError(
        .usage,
        "--start-index \(configuration.firstEvent) is not possible: \(configuration.file) has "
          + "\(count) events, counted from 0")
    }
    let left = count - configuration.firstEvent
    let most = (configuration.iterations ?? .max).multipliedReportingOverflow(
      by: configuration.minibatchSize)
    return configuration.firstEvent..<configuration.firstEvent
      + min(left, most.overflow ? .max : most.partialValue)
  }

  private func check(_ stored: StoredNetwork, _ geometry: ImageGeometry) throws(TaggerError) {
    guard stored.configuration.planes == geometry.planes else {
      throw TaggerError(
        .badData,
        "events of \(configuration.file) have \(geometry.planes) planes, but \(stored.file) is a network "
          + "for \(stored.configuration.planes): give a file of the same detector")
    }
    try geometry.checkDepth(stored.configuration.depth)
    let network = stored.configuration
    guard mode == .dense || network.upsampling != .bilinear,
      mode != .sparse || network.deepest != .stacked
    else {
      throw TaggerError(.usage, "\(stored.file) is a network for full images: add --dense")
    }
  }

  /// Keeps training's own folder as it is.
  private func checkOutput(_ stored: StoredNetwork) throws(TaggerError) {
    func folder(_ path: String) -> String {
      URL(fileURLWithPath: path).deletingLastPathComponent().resolvingSymlinksInPath().path
    }
    for (name, option) in [
      (configuration.output, "--output"), (configuration.metricsFile, "--metrics-file"),
    ] {
      guard let name, folder(name) == folder(stored.file),
        FileManager.default.fileExists(atPath: "\(folder(name))/checkpoint")
      else { continue }
      throw TaggerError(
        .usage, "\(option) \(name) lies among the checkpoints of a training: name another folder")
    }
  }

  /// All that the output depends on.
  private func identity(
    _ stored: StoredNetwork, _ data: DataConfiguration, _ events: Range<Int>
  ) -> ScoreJournal.Identity {
    var status = stat()
    let size = stat(configuration.file, &status) == 0 ? Int(status.st_size) : 0
    var identity = [
      "file": URL(fileURLWithPath: configuration.file).standardized.path,
      "size of the file": "\(size)", "range of events": "\(events)",
      "checkpoint": stored.checkpoint.digest, "mode": mode.rawValue,
      "minibatch-size": "\(configuration.minibatchSize)", "prefix": configuration.prefix,
      "precision": configuration.precision.rawValue,
      "convolution": configuration.convolution.rawValue, "labels": "\(data.readsLabels)",
      // Rounding is that of its inner loops.
      "instruction set": InstructionSet.current.name,
    ]
    for (name, value) in data.imageSettings { identity[name] = value }
    return identity
  }
}
