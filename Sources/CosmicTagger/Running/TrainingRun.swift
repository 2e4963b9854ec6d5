import Files
import Foundation
import Layers
import Logging
import Networks
import Telemetry
import Tensors
import Training

/// `cosmic-tagger train`: reads events, trains a network, and judges it at the end.
public struct TrainingRun {
  /// What is read.
  public let data: DataConfiguration
  /// The network's switches; the number of planes is taken from the events.
  public let network: UResNetConfiguration
  /// How it is trained.
  public let training: TrainingConfiguration

  private let console: Logger
  private let stop: StopRequest?

  /// A run that reports to a logger.
  ///
  /// - Parameter stop: whether somebody wants it to end early; nothing to run to the end.
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, network: UResNetConfiguration, training: TrainingConfiguration,
    logger: Logger, stop: StopRequest? = nil
  ) throws(TaggerError) {
    try data.validate()
    try training.validate()
    var data = data.filling(for: training.mode)
    data.readsTruth = network.hasHeads
    self.data = data
    self.network = network
    self.training = training
    console = logger
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
    let source = try data.openSource()
    let geometry = try ImageGeometry.find(in: source, data)
    var configuration = network
    configuration.planes = geometry.planes
    // Before anything is made.
    try configuration.validate()
    let folder = try OutputFolder(training.logDirectory)
    let lock = try RunLock(folder, option: "--log-directory")
    defer { withExtendedLifetime(lock) {} }
    let file = try LogFile(folder.file("process.log"))
    let logger = Logger(label: console.label) { _ in ProcessLog(console.handler, file) }
    report(configuration, geometry, to: logger)
    do {
      try train(
        Place(
          configuration: configuration, geometry: geometry, eventCount: source.eventCount,
          folder: folder, logger: logger))
    } catch {
      // The console is told by whoever runs this.
      _ = file.append(TaggerError(error).description, .error)
      throw error
    }
  }

  private func train(_ place: Place) throws {
    let option =
      training.checkpointDirectory == nil ? "--log-directory" : "--checkpoint-directory"
    let checkpoints = try CheckpointFolder(
      training.checkpointDirectory.map { path throws(TaggerError) in
        try OutputFolder(path, option: option)
      } ?? place.folder, option: option)
    // A run with another log may have them as its own.
    let second = try RunLock(OutputFolder(checkpoints.folder), option: option)
    defer { withExtendedLifetime(second) {} }
    checkpoints.removeRemains()
    let (trainer, progress) = try begin(place, checkpoints)
    try run(trainer, place, checkpoints, after: progress)
  }

  /// Where a run takes place.
  private struct Place {
    let configuration: UResNetConfiguration
    let geometry: ImageGeometry
    /// Events of the file; nothing of simulated ones.
    let eventCount: Int?
    let folder: OutputFolder
    let logger: Logger
  }

  private func scoring(_ place: Place) -> Scoring {
    Scoring(data: data, training: training, geometry: place.geometry, logger: place.logger)
  }

  /// The trainer as the run begins, or goes on.
  private func begin(
    _ place: Place, _ checkpoints: CheckpointFolder
  ) throws -> (Trainer, Beginning.Progress?) {
    // It holds as much memory as the network and its optimizer: it ends here.
    let beginning = try Beginning(checkpoints, training, place.logger)
    // Not before it is known that this run, and no other, has the folder's checkpoints.
    try writeConfiguration(place.configuration, place.folder)
    try place.geometry.checkDepth(place.configuration.depth)
    try scoring(place).checkAuxiliaryFile()
    let trainer = try trainer(place.configuration, place.logger)
    try beginning.restore(
      trainer, place.configuration, iterations: training.iterations,
      settings: training.runSettings(data), place.logger)
    return (trainer, beginning.progress)
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
      gradients: training.gradients)
  }

  private func run(
    _ trainer: Trainer, _ place: Place, _ checkpoints: CheckpointFolder,
    after progress: Beginning.Progress?
  ) throws {
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
    let boards = try RunBoards(
      place.folder, training, geometry,
      configuration: ResolvedConfiguration(data, place.configuration, training), after: first)
    let output = try RunOutput(place.folder, training, after: first, boards: boards, logger: logger)
    let keeper = CheckpointKeeper(
      checkpoints, place.folder, place.configuration, data, training, after: progress
    ) { output.say($0) }
    let loop = StepLoop(
      trainer, data, training, schedule(eventCount: place.eventCount), geometry, output: output,
      validation: Validation(
        data, training, geometry, planner, after: first, state: keeper.state, output: output,
        stop: stop),
      keeper: keeper, profile: try RunProfile(place.folder, training, after: first), stop: stop)
    let start = progress?.batches(training) ?? 0
    let count = max(0, training.iterations - first) * training.accumulation
    try loop.run(
      from: first,
      EventLoader(
        data, assembly: assembly, planner: planner, batches: start..<start + count))
    for line in Throughput(
      loop.durations, minibatchSize: data.minibatchSize * training.accumulation
    ).lines { logger.info("\(line)") }
    logger.info(
      """
      Peak memory of a step: \(trainer.highWaterBytes >> 20) MiB \
      (\(trainer.heldBytes >> 20) MiB held)
      """)
    try scoring(place).run(trainer, assembly, planner, place.folder, stop)
  }

  /// The learning rate of every step; of simulated events, which have no end, a thousand are an epoch.
  private func schedule(eventCount: Int?) -> LearningRateSchedule {
    training.schedule(
      epoch: ((eventCount ?? 1000) + data.minibatchSize - 1) / data.minibatchSize)
  }

  private func report(
    _ configuration: UResNetConfiguration, _ geometry: ImageGeometry, to logger: Logger
  ) {
    guard training.preset != .seed else {
      let listing = SeedListing(
        data, configuration, training, shape: [geometry.rows, geometry.columns])
      for line in listing.lines { logger.info("\(line)") }
      return
    }
    var listing = ConfigurationListing()
    listing.add("mode", "train")
    listing.add("sparse", training.mode == .sparse ? "True" : "False")
    listing.add("masked", training.mode == .masked ? "True" : "False")
    listing.add(data)
    listing.add(training)
    listing.add(configuration)
    for line in listing.lines { logger.info("\(line)") }
  }

  /// Leaves what was resolved where `--config` finds it.
  private func writeConfiguration(
    _ configuration: UResNetConfiguration, _ folder: OutputFolder
  ) throws {
    let text = ResolvedConfiguration(data, configuration, training).text
    do throws(FileError) {
      try WrittenFile.replace(folder.file("config.yaml"), with: text.utf8)
    } catch {
      guard error.kind == .usage else { throw TaggerError(error) }
      throw TaggerError(
        .inputOutput,
        "\(folder.file("config.yaml")) cannot be written: choose another --log-directory")
    }
  }
}
