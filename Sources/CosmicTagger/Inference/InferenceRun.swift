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

  private let ranks: RankGroup
  private let logger: Logger
  private let stop: StopRequest?

  /// A run that reports to a logger.
  ///
  /// - Parameters:
  ///   - ranks: the processes that share the events.
  ///   - stop: who may ask it to end before the last event.
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    _ configuration: InferenceConfiguration, ranks: RankGroup = .alone, logger: Logger,
    stop: StopRequest? = nil
  ) throws(TaggerError) {
    try ranks.agreed { try configuration.validate() }
    self.configuration = configuration
    self.ranks = ranks
    self.logger = ranks.logger(logger)
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
    let stored = try ranks.agreed {
      try StoredNetwork(self.configuration.checkpoint) { logger.warning("\($0)") }
    }
    var configuration = configuration
    configuration.mode = configuration.mode ?? stored.trainedMode ?? .sparse
    try Self(configuration, ranks: ranks, logger: logger, stop: stop).infer(by: stored)
  }

  private var mode: TrainingConfiguration.Mode { configuration.mode ?? .sparse }

  /// What is applied to what, once it is known to be possible.
  private struct Prepared {
    let data: DataConfiguration
    let geometry: ImageGeometry
    let events: Range<Int>
    let network: any Layer<SparseTensor>
  }

  private func infer(by stored: StoredNetwork) throws {
    let prepared: Prepared = try ranks.agreed { try self.prepare(stored) }
    var identity = identity(stored, prepared.data, prepared.events)
    // Machines may have their own copies of files.
    identity["file"] = nil
    try ranks.checkAgreement(on: identity)
    logger.info("Restoring weights from  \(stored.file)")
    guard ranks.isFirst else {
      return try score(prepared, stored) { loader, scorer, rounds in
        try rounds.follow {
          try loader.next().map { try scorer.score($0, of: configuration.file) }
        }
      }
    }
    let pass: InferencePass = try ranks.agreed { try self.pass(prepared, stored) }
    try score(prepared, stored, knownTo: pass) { loader, scorer, rounds in
      try pass.run(loader, scorer, rounds, stop)
    }
  }

  private func prepare(_ stored: StoredNetwork) throws -> Prepared {
    let data = try data(of: stored)
    logger.debug(data, stored.configuration)
    let source = try data.openSource()
    let events = try events(of: source.eventCount ?? 0)
    let geometry = try ImageGeometry.find(in: source, data)
    try check(stored, geometry)
    try checkOutput(stored)
    return Prepared(
      data: data, geometry: geometry, events: events, network: try stored.network(mode))
  }

  /// What the first rank writes.
  private func pass(_ prepared: Prepared, _ stored: StoredNetwork) throws -> InferencePass {
    for (path, option) in [
      (configuration.output, "--output"), (configuration.metricsFile, "--metrics-file"),
    ] {
      if let path { _ = try OutputFile(path, option: option) }
    }
    let journal = try ScoreJournal(
      output: configuration.output, identity: identity(stored, prepared.data, prepared.events),
      restarts: configuration.restarts)
    return try InferencePass(
      configuration, prepared.data, prepared.geometry, events: prepared.events, journal: journal,
      logger: logger)
  }

  /// Gives `body` this rank's batches, the network, and the rounds in which all score.
  ///
  /// - Parameter pass: where the first rank has found batches that are known; nothing elsewhere.
  private func score(
    _ prepared: Prepared, _ stored: StoredNetwork, knownTo pass: InferencePass? = nil,
    _ body: (InferenceLoader, PixelScorer, ScoringRounds) throws -> Void
  ) throws {
    // The first rank has prepared its files meanwhile.
    if !ranks.isFirst { try ranks.agreed {} }
    let known = try ranks.shared { pass?.knownBatches ?? 0 }
    let size = configuration.minibatchSize
    let rounds = ScoringRounds(
      ranks, known: known, of: (prepared.events.count + size - 1) / size, stop: stop)
    // The first rank writes what is stored of all.
    let (readsAll, isOwn) = (ranks.isFirst, rounds.isOwn)
    let loader = InferenceLoader(
      prepared.data, events: prepared.events, geometry: prepared.geometry,
      planner: NetworkPlanner(prepared.network, inputChannels: stored.configuration.inputChannels),
      reads: { readsAll || isOwn($0) }, scores: isOwn)
    let compute = Compute(
      threads: Threads(count: configuration.threads), convolution: configuration.convolution,
      precision: configuration.precision)
    try body(loader, PixelScorer(prepared.network, compute), rounds)
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
