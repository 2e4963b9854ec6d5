import Distributed
import Files
import Foundation
import Layers
import Logging
import Networks
import Telemetry
import Tensors
import Training

/// `cosmic-tagger train`: reads events, trains a network, and judges it at the end.
///
/// Each rank runs one, of the same configuration. The first one has the folder, the log and the
/// checkpoints, and says what there is to say.
public struct TrainingRun {
  /// What is read.
  public let data: DataConfiguration
  /// The network's switches; the number of planes is taken from the events.
  public let network: UResNetConfiguration
  /// How it is trained.
  public let training: TrainingConfiguration

  private let ranks: RankGroup
  private let console: Logger
  private let stop: StopRequest?

  /// A run that reports to a logger.
  ///
  /// - Parameters:
  ///   - ranks: the processes that train together.
  ///   - stop: whether somebody wants it to end early; nothing to run to the end.
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, network: UResNetConfiguration, training: TrainingConfiguration,
    ranks: RankGroup = .alone, logger: Logger, stop: StopRequest? = nil
  ) throws(TaggerError) {
    try ranks.agreed {
      try data.validate()
      try training.validate()
      try training.ranks.validate(data)
    }
    var data = data.filling(for: training.mode)
    data.readsTruth = network.hasHeads
    self.data = data
    self.network = network
    self.training = training
    self.ranks = ranks
    console = ranks.logger(logger)
    self.stop = stop
  }

  /// Trains.
  ///
  /// - Throws: `TaggerError` when events cannot be read or do not fit the network, when the loss is no
  ///   longer finite, or when a picture cannot be written.
  public func run() throws(TaggerError) {
    do {
      try train()
    } catch {
      throw TaggerError(error)
    }
  }

  private func train() throws {
    let events = try EventSummary(data, training.ranks, ranks)
    var configuration = network
    configuration.planes = events.geometry.planes
    // Before anything is made.
    try ranks.agreed { try configuration.validate() }
    try ranks.checkAgreement(
      on: ResolvedConfiguration(data, configuration, training).settingsOfRanks)
    let line = ranks.line(threads: training.threads)
    guard ranks.isFirst else {
      // The first rank takes its folder meanwhile.
      try ranks.agreed {}
      return try train(
        Place(configuration: configuration, events: events, logger: console))
    }
    let held = try ranks.agreed { try RunFolder(training, console) }
    defer { withExtendedLifetime(held) {} }
    report(configuration, events.geometry, to: held.logger)
    if training.ranks.isDistributed { held.logger.info("\(line)") }
    do {
      try train(
        Place(
          configuration: configuration, events: events, held: held, logger: held.logger))
    } catch {
      // The console is told by whoever runs this.
      held.note(TaggerError(error))
      throw error
    }
  }

  /// Where a run takes place.
  private struct Place {
    let configuration: UResNetConfiguration
    let events: EventSummary
    /// What the first rank has alone.
    var held: RunFolder?
    let logger: Logger

    var geometry: ImageGeometry { events.geometry }
  }

  private func train(_ place: Place) throws {
    let (trainer, progress) = try begin(place)
    try run(trainer, place, after: progress)
  }

  /// The trainer as the run begins, or goes on.
  private func begin(_ place: Place) throws -> (Trainer, Beginning.Progress?) {
    // It holds as much memory as the network and its optimizer: it ends here.
    let beginning = try Beginning(ranks) {
      guard let held = place.held else { preconditionFailure("the first rank has a folder") }
      let beginning = try Beginning(held.checkpoints, training, place.logger)
      // Not before it is known that this run, and no other, has the folder's checkpoints.
      try writeConfiguration(place.configuration, held.folder)
      return beginning
    }
    let trainer: Trainer = try ranks.agreed {
      try place.geometry.checkDepth(place.configuration.depth)
      try scoring(place).checkAuxiliaryFile()
      let trainer = try self.trainer(place.configuration, place.logger)
      try beginning.restore(
        trainer, place.configuration, iterations: training.iterations,
        settings: training.runSettings(data, ranks: ranks.size), place.logger)
      return trainer
    }
    return (trainer, beginning.progress)
  }

  private func scoring(_ place: Place) -> Scoring {
    Scoring(data: data, training: training, geometry: place.geometry, logger: place.logger)
  }

  private func trainer(
    _ configuration: UResNetConfiguration, _ logger: Logger
  ) throws -> Trainer {
    let network = try configuration.network(training.mode, seed: training.seed)
    logger.info("Total number of trainable parameters in this network: \(network.parameterCount)")
    return Trainer(
      network: network, loss: training.loss,
      optimizer: training.optimizer.make(weightDecay: training.weightDecay),
      threads: Threads(count: training.threads), seed: training.seed,
      convolution: training.convolution, precision: training.precision,
      gradients: training.gradients,
      shared: SharedTraining(
        over: ranks.communicator, sharesStatistics: training.ranks.sharesStatistics,
        gradientPrecision: training.ranks.gradientPrecision))
  }

  private func run(_ trainer: Trainer, _ place: Place, after progress: Beginning.Progress?) throws {
    let (geometry, logger) = (place.geometry, place.logger)
    let planner = NetworkPlanner(
      trainer.network, inputChannels: place.configuration.inputChannels, index: training.siteIndex)
    if training.verbosity >= 2 {
      let size = [geometry.planes, geometry.rows, geometry.columns]
      let summary = try trainer.network.plan(for: size)
      logger.info("\(summary)")
    }
    let assembly = SiteAssembly(geometry, data)
    let first = progress?.steps ?? 0
    let output: RunOutput? = try ranks.agreed { try self.output(place, after: first) }
    let keeper = place.held.map { held -> CheckpointKeeper in
      CheckpointKeeper(
        held.checkpoints, held.folder, place.configuration, data, training, ranks: ranks.size,
        after: progress
      ) { output?.say($0) }
    }
    let loop = StepLoop(
      trainer, data, training, schedule(eventCount: place.events.eventCount), geometry, ranks,
      after: progress, output: output,
      validation: Validation(
        data, training, geometry, planner, ranks, after: first, state: progress?.state ?? [:],
        output: output, stop: stop),
      keeper: keeper, profile: try ranks.agreed { try self.profile(place, after: first) },
      stop: stop)
    try loop.run(from: first, loader(assembly, planner, after: progress))
    for line in Throughput(
      loop.durations, minibatchSize: data.minibatchSize * training.accumulation
    ).lines { logger.info("\(line)") }
    logger.info(
      """
      Peak memory of a step: \(trainer.highWaterBytes >> 20) MiB \
      (\(trainer.heldBytes >> 20) MiB held)
      """)
    try ranks.agreed {
      guard let held = place.held else { return }
      try score(trainer, place, assembly, planner, held.folder)
    }
  }

  /// Judges the network, on the first rank.
  private func score(
    _ trainer: Trainer, _ place: Place, _ assembly: SiteAssembly, _ planner: NetworkPlanner,
    _ folder: OutputFolder
  ) throws {
    // The first rank may not see the file that another one reads for all.
    if ranks.size > 1, training.ranks.distribution == .scatter, data.file != nil,
      training.auxiliaryFile == nil, training.scoredEvents > 0
    {
      place.logger.info(
        "Not scored: the last rank alone reads the events, give others by --aux-file")
      return
    }
    try scoring(place).run(trainer, assembly, planner, folder, stop)
  }

  /// This rank's share of the batches that are left.
  private func loader(
    _ assembly: SiteAssembly, _ planner: NetworkPlanner, after progress: Beginning.Progress?
  ) -> EventLoader {
    let start = progress?.batches(training) ?? 0
    let count = max(0, training.iterations - (progress?.steps ?? 0)) * training.accumulation
    return EventLoader(
      data, assembly: assembly, planner: planner, batches: start..<start + count, among: ranks,
      by: training.ranks)
  }

  /// What the first rank writes and says of steps.
  private func output(_ place: Place, after first: Int) throws -> RunOutput? {
    guard let held = place.held else { return nil }
    let boards = try RunBoards(
      held.folder, training, place.geometry,
      configuration: ResolvedConfiguration(data, place.configuration, training), after: first)
    return try RunOutput(held.folder, training, after: first, boards: boards, logger: place.logger)
  }

  private func profile(_ place: Place, after first: Int) throws -> RunProfile {
    let folder =
      try place.held?.folder
      ?? (training.profiles ? OutputFolder(training.logDirectory) : nil)
    return try RunProfile(folder, training, after: first, rank: ranks.rank, of: ranks.size)
  }

  /// The learning rate of every step; of simulated events, which have no end, a thousand are an epoch.
  private func schedule(eventCount: Int?) -> RunSchedule {
    RunSchedule(
      schedule: training.schedule(
        epoch: ((eventCount ?? 1000) + data.minibatchSize - 1) / data.minibatchSize),
      scaling: training.ranks.isDistributed ? training.ranks.scaling : .none, ranks: ranks.size)
  }
}
