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

  private let logger: Logger

  /// A run that reports to a logger.
  ///
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, network: UResNetConfiguration, training: TrainingConfiguration,
    logger: Logger
  ) throws(TaggerError) {
    try data.validate()
    try training.validate()
    var data = data.filling(for: training.mode)
    data.readsTruth = network.hasHeads
    self.data = data
    self.network = network
    self.training = training
    self.logger = logger
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
    let geometry = try ImageGeometry.find(in: data.openSource(), data)
    var configuration = network
    configuration.planes = geometry.planes
    let folder = try OutputFolder(training.logDirectory)
    try configuration.validate()
    report(configuration, geometry)
    // Before the configuration of an earlier run is written over.
    let weights = try training.weights.map { path in
      let file = try CheckpointFolder.file(named: path)
      return (file: file, checkpoint: try Checkpoint(contentsOf: file))
    }
    try writeConfiguration(configuration, folder)
    try geometry.checkDepth(configuration.depth)
    let scoring = Scoring(data: data, training: training, geometry: geometry, logger: logger)
    try scoring.checkAuxiliaryFile()

    let network = try configuration.network(training.mode, seed: training.seed)
    logger.info("Total number of trainable parameters in this network: \(network.parameterCount)")
    if let (file, stored) = weights {
      for line in CheckpointFolder.differences(of: stored, file, from: configuration) {
        logger.info("\(line)")
      }
      try stored.load(
        into: network, file: file,
        remedy: "give the network's switches that it was trained with")
      logger.info("Restoring weights from  \(file)")
    }
    let checkpoints = try CheckpointFolder(
      training.checkpointDirectory ?? training.logDirectory,
      option: training.checkpointDirectory == nil ? "--log-directory" : "--checkpoint-directory",
      of: network, configuration, data)
    let trainer = Trainer(
      network: network, loss: training.loss, optimizer: training.optimizer.make(),
      threads: Threads(count: training.threads), seed: training.seed,
      convolution: training.convolution, precision: training.precision,
      lossScale: training.lossScale, weightDecay: training.weightDecay)
    let planner = NetworkPlanner(
      network, inputChannels: configuration.inputChannels, index: training.siteIndex)
    if training.verbosity >= 2 {
      let size = [geometry.planes, geometry.rows, geometry.columns]
      let summary = try network.plan(for: size)
      logger.info("\(summary)")
    }
    let assembly = SiteAssembly(geometry, data)
    let validation = Validation(data, training, geometry, planner, logger: logger)

    try steps(
      trainer,
      EventLoader(data, assembly: assembly, planner: planner, batchCount: training.iterations),
      checkpoints, validation, geometry)
    try scoring.run(trainer, assembly, planner, folder)
  }

  private func report(_ configuration: UResNetConfiguration, _ geometry: ImageGeometry) {
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
    do {
      try WrittenFile.replace(folder.file("config.yaml"), with: text.utf8)
    } catch {
      throw TaggerError(
        .inputOutput,
        "\(folder.file("config.yaml")) cannot be written: choose another --log-directory")
    }
  }

  private func steps(
    _ trainer: Trainer, _ loader: EventLoader, _ checkpoints: CheckpointFolder,
    _ validation: Validation?, _ geometry: ImageGeometry
  ) throws {
    var bar = ProgressBar()
    var durations: [Double] = []
    var clock = Stopwatch()
    var waiting = Stopwatch()
    while let batch = try loader.next() {
      let waited = waiting.lap()
      if durations.isEmpty, training.mode == .sparse {
        logger.info("\(PlanSummary(batch.sites.plan).line)")
      }
      let heads = HeadPass(trainer.network, training.heads, batch.targets, geometry)
      let result = try trainer.step(
        batch.sites, learningRate: training.usedLearningRate, heads.run)
      let step = durations.count
      durations.append(clock.lap())
      if step % training.loggingIteration == 0 || step == training.iterations - 1 {
        bar.finish(erasing: true)
        logger.info(
          "\(line(step, result, heads.figures, batch, waited, durations[step], geometry))")
      }
      try validation?.run(trainer, after: step + 1)
      if (step + 1) % training.checkpointIteration == 0 || step == training.iterations - 1 {
        try checkpoints.write(step: step + 1)
      }
      bar.update(step: step + 1, of: training.iterations)
      // Neither validation nor a checkpoint is part of the next step.
      _ = (waiting.lap(), clock.lap())
    }
    bar.finish(erasing: true)
    for line in Throughput(durations, minibatchSize: data.minibatchSize).lines {
      logger.info("\(line)")
    }
    logger.info(
      """
      Peak memory of a step: \(trainer.highWaterBytes >> 20) MiB \
      (\(trainer.heldBytes >> 20) MiB held)
      """)
  }

  private func line(
    _ step: Int, _ result: Trainer.StepResult, _ heads: HeadFigures, _ batch: LoadedBatch,
    _ waited: Double,
    _ duration: Double, _ geometry: ImageGeometry
  ) -> String {
    StepLine(
      step: step, loss: result.step.loss,
      metrics: SegmentationMetrics(
        result.confusions, pixelsPerImage: geometry.pixels, averaging: training.averaging),
      heads: heads,
      eventsPerSecond: Double(data.minibatchSize) / duration,
      seconds: [
        ("read", batch.readSeconds), ("plan", batch.planSeconds), ("wait", waited),
        ("forward", result.step.forwardSeconds), ("backward", result.step.backwardSeconds),
        ("optimizer", result.step.optimizerSeconds),
      ]
    ).text
  }
}
