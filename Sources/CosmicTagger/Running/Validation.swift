import Layers
import Logging
import Telemetry
import Training

/// Judges the network while it is trained, on events of the auxiliary file: a batch every so many steps,
/// and all of them before a checkpoint where that is asked.
///
/// Ranks share the events of a batch, or of all events the batches. The first one says what came out.
final class Validation {
  private let loader: EventLoader
  private let data: DataConfiguration
  private let training: TrainingConfiguration
  private let geometry: ImageGeometry
  private let planner: NetworkPlanner
  private let ranks: RankGroup
  private let output: RunOutput?
  /// The sum and the number of neutrino overlaps of the batches since a network was last scored.
  private var overlaps: (sum: Double, count: Int)
  private let stop: StopRequest?
  /// Whether the last pass over all events was broken off, and is to be made before the next step.
  private(set) var isDue: Bool

  /// Begins to read ahead; nothing where there is no auxiliary file.
  ///
  /// - Parameters:
  ///   - steps: how many were taken before, with their batches.
  ///   - state: what `state` told after these.
  init?(
    _ data: DataConfiguration, _ training: TrainingConfiguration, _ geometry: ImageGeometry,
    _ planner: NetworkPlanner, _ ranks: RankGroup, after steps: Int, state: [String: String],
    output: RunOutput?, stop: StopRequest?
  ) {
    guard let file = training.auxiliaryFile else { return nil }
    var data = data.unchanged()
    data.file = file
    data.minibatchSize = training.auxiliaryMinibatchSize
    data.access = .serialAccess
    let done = steps / training.auxiliaryIteration
    loader = EventLoader(
      data, assembly: SiteAssembly(geometry, data), planner: planner,
      batches: done..<max(done, training.iterations / training.auxiliaryIteration),
      among: ranks)
    self.data = data
    self.training = training
    self.geometry = geometry
    self.planner = planner
    self.ranks = ranks
    self.output = output
    self.stop = stop
    isDue = training.validatesAll && state["validation-due"] != nil
    overlaps = (
      state["overlap-sum"].flatMap { Double($0) } ?? 0,
      state["overlap-count"].flatMap { Int($0) } ?? 0
    )
  }

  /// As texts from which it goes on.
  var state: [String: String] {
    var state = ["overlap-sum": "\(overlaps.sum)", "overlap-count": "\(overlaps.count)"]
    if isDue { state["validation-due"] = "true" }
    return state
  }

  /// Validates after so many steps, where it is time.
  ///
  /// - Throws: `TaggerError` when the auxiliary file cannot be read; what the network throws.
  func run(_ trainer: Trainer, after steps: Int) throws {
    guard steps % training.auxiliaryIteration == 0,
      let batch = try ranks.agreed({ try loader.next() }), ranks.eventCounts([batch])[0] > 0
    else { return }
    var part = Judgement()
    try part.judge(batch, trainer, training, geometry, isShared: true)
    let parts = try ranks.gathered(part)
    guard !parts.isEmpty else { return }
    let sum = Judgement(parts, batches: 1)
    let (figures, seconds) = (sum.figures(training, geometry), sum.seconds)
    if !figures.metrics.neutrinoIoU.isNaN {
      overlaps = (overlaps.sum + figures.metrics.neutrinoIoU, overlaps.count + 1)
    }
    try output?.judged(
      .batch, after: steps, figures, Double(training.auxiliaryMinibatchSize) / max(seconds, 1e-9),
      [("read", batch.readSeconds), ("plan", batch.planSeconds), ("forward", seconds)])
  }

  /// How good the network is that a checkpoint is about to be made of: its neutrino overlap on all
  /// events, or the mean of those of the batches since the last; nothing where there were none, or where
  /// somebody asks to stop.
  func score(_ trainer: Trainer, after steps: Int) throws -> Double? {
    defer { overlaps = (0, 0) }
    guard training.validatesAll else {
      return overlaps.count == 0 ? nil : overlaps.sum / Double(overlaps.count)
    }
    let count = try data.openSource().eventCount ?? 0
    let size = data.minibatchSize
    var whole = data
    // The last batch would begin again with events that were judged.
    if count % size != 0 { whole.minibatchSize = 1 }
    let batches = count / whole.minibatchSize
    let own = batches * ranks.rank / ranks.size..<batches * (ranks.rank + 1) / ranks.size
    let loader = EventLoader(
      whole, assembly: SiteAssembly(geometry, whole), planner: planner, batches: own)
    let part = try ranks.agreed {
      try judge(loader, trainer, events: own.count * whole.minibatchSize)
    }
    isDue = ranks.communicator.gatherAll(part.isBrokenOff ? 1 : 0).contains(1)
    let parts = try ranks.gathered(part)
    guard !isDue, !parts.isEmpty else { return nil }
    let sum = Judgement(parts)
    let (figures, seconds) = (sum.figures(training, geometry), sum.seconds)
    try output?.judged(
      .all, after: steps, figures, Double(count) / max(seconds, 1e-9), [("forward", seconds)])
    return figures.metrics.neutrinoIoU
  }

  /// Judges the batches of a loader, until somebody asks to stop.
  private func judge(_ loader: EventLoader, _ trainer: Trainer, events: Int) throws -> Judgement {
    var sum = Judgement()
    var bar = ranks.isFirst ? ProgressBar() : nil
    defer { bar?.finish(erasing: true) }
    while let batch = try loader.next() {
      sum.isBrokenOff = stop?.signal != nil
      guard !sum.isBrokenOff else { break }
      guard !batch.events.isEmpty else { continue }
      try sum.judge(batch, trainer, training, geometry)
      bar?.update(step: sum.events, of: events, message: "validating")
    }
    return sum
  }
}

/// What a network made of some batches.
private struct Judgement: Codable {
  private var confusions: [[Confusion]] = []
  private var heads = HeadFigures()
  private var loss = 0.0
  private var batches = 0
  /// Seconds of the network: of several ranks, those of the slowest.
  private(set) var seconds = 0.0

  /// Whether there is more to judge than was.
  var isBrokenOff = false

  init() {}

  /// What ranks found together.
  ///
  /// - Parameter batches: how many they were; left out, each rank's were its own.
  init(_ parts: [Judgement], batches: Int? = nil) {
    for part in parts {
      confusions += part.confusions
      heads.add(part.heads)
      loss += part.loss
      self.batches += part.batches
      seconds = max(seconds, part.seconds)
    }
    self.batches = batches ?? self.batches
  }

  /// Events that were judged.
  var events: Int { confusions.count }

  /// Adds a batch.
  mutating func judge(
    _ batch: LoadedBatch, _ trainer: Trainer, _ training: TrainingConfiguration,
    _ geometry: ImageGeometry, isShared: Bool = false
  ) throws {
    var clock = Stopwatch()
    let pass = HeadPass(trainer.network, training.heads, batch.targets, geometry)
    let evaluation = try trainer.evaluate(batch.sites, isShared: isShared, pass.run)
    confusions += evaluation.confusions
    heads.add(pass.figures)
    loss += evaluation.loss
    batches += 1
    seconds += clock.lap()
  }

  /// The figures of all.
  func figures(_ training: TrainingConfiguration, _ geometry: ImageGeometry) -> StepFigures {
    StepFigures(
      loss: loss / Double(max(batches, 1)), confusions, pixelsPerImage: geometry.pixels,
      averaging: training.averaging, heads: heads)
  }
}
