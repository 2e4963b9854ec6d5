import Layers
import Logging
import Training

/// Judges the network while it is trained: a batch of the auxiliary file every so many steps.
struct Validation {
  private let loader: EventLoader
  private let training: TrainingConfiguration
  private let geometry: ImageGeometry
  private let logger: Logger

  /// Begins to read ahead; nothing where there is no auxiliary file, or no step to validate at.
  init?(
    _ data: DataConfiguration, _ training: TrainingConfiguration, _ geometry: ImageGeometry,
    _ planner: NetworkPlanner, logger: Logger
  ) {
    let count = training.iterations / training.auxiliaryIteration
    guard let file = training.auxiliaryFile, count > 0 else { return nil }
    var data = data
    data.file = file
    data.minibatchSize = training.auxiliaryMinibatchSize
    data.access = .serialAccess
    loader = EventLoader(
      data, assembly: SiteAssembly(geometry, data), planner: planner, batchCount: count)
    self.training = training
    self.geometry = geometry
    self.logger = logger
  }

  /// Validates after so many steps, where it is time.
  ///
  /// - Throws: `TaggerError` when the auxiliary file cannot be read; what the network throws.
  func run(_ trainer: Trainer, after steps: Int) throws {
    guard steps % training.auxiliaryIteration == 0, let batch = try loader.next() else { return }
    var clock = Stopwatch()
    let heads = HeadPass(trainer.network, training.heads, batch.targets, geometry)
    let evaluation = try trainer.evaluate(batch.sites, heads.run)
    let seconds = clock.lap()
    let line = StepLine(
      kind: "test", step: steps, loss: evaluation.loss,
      metrics: SegmentationMetrics(
        evaluation.confusions, pixelsPerImage: geometry.pixels, averaging: training.averaging),
      heads: heads.figures,
      eventsPerSecond: Double(training.auxiliaryMinibatchSize) / max(seconds, 1e-9),
      seconds: [("read", batch.readSeconds), ("plan", batch.planSeconds), ("forward", seconds)])
    logger.info("\(line.text)")
  }
}
