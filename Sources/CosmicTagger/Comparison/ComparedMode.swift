import Layers
import Networks
import Telemetry
import Tensors
import Training

/// A network in one mode, with what is measured of it.
struct ComparedMode {
  let mode: TrainingConfiguration.Mode
  let network: any Layer<SparseTensor>

  private let training: TrainingConfiguration
  private let geometry: ImageGeometry
  private let assembly: SiteAssembly
  private let planner: NetworkPlanner

  init(
    _ mode: TrainingConfiguration.Mode, _ network: any Layer<SparseTensor>, _ run: ComparisonRun,
    _ geometry: ImageGeometry
  ) {
    self.mode = mode
    self.network = network
    training = run.training
    self.geometry = geometry
    assembly = SiteAssembly(geometry, run.data.filling(for: mode))
    planner = NetworkPlanner(network, inputChannels: 1, index: run.training.siteIndex)
  }

  /// An event as this mode reads it.
  func batch(_ event: DetectorEvent) throws -> LabelledSites {
    let batch = try assembly.batch([event])
    return try batch.labelled(planner.plan(batch.sites))
  }

  /// A pass of the network and its heads over an event.
  func pass(_ event: DetectorEvent) throws -> HeadPass {
    let targets =
      event.truth == nil
      ? nil : try HeadTargets([event], assembly.batch([event]), geometry)
    return HeadPass(network, training.heads, targets, geometry)
  }

  /// What a mode makes of events, and what it takes.
  struct Figures: Encodable {
    let mode: String
    let accuracy: Double
    let nonBackgroundAccuracy: Double
    let neutrinoAccuracy: Double
    let cosmicIou: Double
    let neutrinoIou: Double
    /// Medians over the events, planning included.
    let trainStepSeconds: Double
    let inferenceSeconds: Double
    /// The most bytes of the process while it trained, and those of a step's arena.
    let peakResidentBytes: Int
    let arenaBytes: Int
  }

  /// Judges the network as it is, on all events, then times training steps.
  ///
  /// Steps have no length, but running statistics follow them.
  func measure(_ source: any EventSource, events: Int) throws -> Figures {
    // A step of no length: all its work, and no change of what is trained.
    let trainer = Trainer(
      network: network, loss: training.loss, optimizer: SGD(),
      threads: Threads(count: training.threads), seed: training.seed)
    var confusions: [[Confusion]] = []
    var (inference, steps): ([Double], [Double]) = ([], [])
    var bar = ProgressBar()
    MemoryUse.forgetPeak()
    for number in 0..<events {
      let event = try source.event(number)
      confusions += try trainer.evaluate(batch(event), statistics: .running).confusions
      var clock = Stopwatch()
      try trainer.infer(batch(event))
      inference.append(clock.lap())
      bar.update(step: number + 1, of: 2 * events, message: mode.rawValue)
    }
    for number in 0..<events {
      let event = try source.event(number)
      let pass = try pass(event)
      var clock = Stopwatch()
      _ = try trainer.step(batch(event), learningRate: 0, pass.run)
      steps.append(clock.lap())
      bar.update(step: events + number + 1, of: 2 * events, message: mode.rawValue)
    }
    bar.finish(erasing: true)
    let metrics = SegmentationMetrics(
      confusions, pixelsPerImage: geometry.pixels, averaging: training.averaging)
    return Figures(
      mode: mode.rawValue, accuracy: metrics.accuracy,
      nonBackgroundAccuracy: metrics.nonBackgroundAccuracy,
      neutrinoAccuracy: metrics.neutrinoAccuracy, cosmicIou: metrics.cosmicIoU,
      neutrinoIou: metrics.neutrinoIoU, trainStepSeconds: steps.median,
      inferenceSeconds: inference.median, peakResidentBytes: MemoryUse.peakResidentBytes,
      arenaBytes: trainer.highWaterBytes)
  }
}
