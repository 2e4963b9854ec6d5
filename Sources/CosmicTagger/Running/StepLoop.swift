import Foundation
import Tensors
import Training

/// The steps of a run, from the first or from a checkpoint, with validation, checkpoints and an orderly end.
final class StepLoop {
  private let trainer: Trainer
  private let training: TrainingConfiguration
  private let schedule: LearningRateSchedule
  private let geometry: ImageGeometry
  private let output: RunOutput
  private let validation: Validation?
  private let keeper: CheckpointKeeper
  private let profile: RunProfile
  private let stop: StopRequest?
  private var watch: LossWatch
  private var skippedInARow = 0
  private var omissions: OmissionTally
  private(set) var durations: [Double] = []

  /// Steps left out in a row after which a run is lost.
  private static let mostSkipped = 20

  init(
    _ trainer: Trainer, _ data: DataConfiguration, _ training: TrainingConfiguration,
    _ schedule: LearningRateSchedule,
    _ geometry: ImageGeometry, output: RunOutput, validation: Validation?,
    keeper: CheckpointKeeper, profile: RunProfile, stop: StopRequest?
  ) {
    self.trainer = trainer
    self.training = training
    self.schedule = schedule
    self.geometry = geometry
    self.output = output
    self.validation = validation
    self.keeper = keeper
    self.profile = profile
    self.stop = stop
    watch = LossWatch(state: keeper.state)
    omissions = OmissionTally(data)
  }

  /// Takes the steps from one to the last.
  ///
  /// - Throws: `TaggerError` when events cannot be read or a step not be taken, and where somebody asks to
  ///   stop; a checkpoint of all steps taken is then written.
  func run(from first: Int, _ loader: EventLoader) throws {
    var step = first
    do {
      if validation?.isDue == true {
        keeper.reopen()
        try save(step, judging: true)
        if validation?.isDue == true, let end = end(after: step) { throw end }
      }
      while step < training.iterations {
        profile.begin(step)
        try take(step, loader)
        step += 1
        try close(step)
        profile.end(training: durations[durations.count - 1])
        if stop?.signal != nil, step < training.iterations {
          try save(step)
          if let end = end(after: step) { throw end }
        }
      }
    } catch {
      output.finish()
      try? profile.write()
      keep(step, after: first)
      throw error
    }
    output.finish()
    for line in omissions.lines { output.say(line) }
    try profile.write()
    if validation?.isDue == true, let end = end(after: step) { throw end }
  }

  /// What was learned since the last checkpoint is not lost with what failed now, unless it is worth nothing.
  ///
  /// A step whose figures could not be told is taken again, so that they are.
  private func keep(_ steps: Int, after first: Int) {
    guard steps > first, Int(trainer.steps) == steps, skippedInARow == 0 else { return }
    if !keeper.has(steps) { try? keeper.write(steps, trainer, state, score: nil) }
  }

  /// What a checkpoint says beside numbers.
  private var state: [String: String] {
    watch.state.merging(validation?.state ?? [:]) { $1 }
  }

  private func take(_ step: Int, _ loader: EventLoader) throws {
    var clock = Stopwatch()
    var batches: [LoadedBatch] = []
    try profile.measure("wait", \.io) {
      while batches.count < training.accumulation, let batch = try loader.next() {
        batches.append(batch)
      }
    }
    var taken = RunOutput.CompletedStep(
      number: step, learningRate: schedule.rate(step: step), batches: batches,
      waited: clock.lap(), figures: StepFigures(unknownOf: geometry.planes))
    for batch in batches {
      for line in omissions.add(batch.omissions) { output.say(line, level: .warning) }
    }
    if durations.isEmpty, training.mode == .sparse, let batch = batches.first {
      output.say(PlanSummary(batch.sites.plan).line)
    }
    try compute(&taken, clock)
    durations.append(taken.duration)
    try profile.measure("log", \.log) { try output.stepped(taken) }
    profile.measure("summary", \.summary) { output.summarize(taken) }
  }

  /// Takes a step, or leaves it out.
  private func compute(_ taken: inout RunOutput.CompletedStep, _ started: Stopwatch) throws {
    var clock = started
    let step = taken.number
    // Of a batch whose events are all left out there is nothing to learn.
    let batches = taken.batches.filter { !$0.events.isEmpty }
    guard !batches.isEmpty else {
      taken.duration = taken.waited + clock.lap()
      return try leaveOut("step \(step) has no event that can be used")
    }
    let heads = batches.map { HeadPass(trainer.network, training.heads, $0.targets, geometry) }
    do {
      let result = try trainer.step(batches.map(\.sites), learningRate: taken.learningRate) {
        try heads[$0].run($1)
      }
      taken.duration = taken.waited + clock.lap()
      skippedInARow = 0
      profile.add(result.step)
      warn(result.step.loss, step, batches)
      taken.result = result
      taken.figures = profile.measure("metrics", \.metrics) {
        StepFigures(
          loss: result.step.loss, result.confusions, pixelsPerImage: geometry.pixels,
          averaging: training.averaging, heads: Self.figures(heads))
      }
    } catch let error as TrainingError where error.isNotFinite {
      taken.duration = taken.waited + clock.lap()
      try refuse(error, step, batches)
      // The heads have spoken before the loss was found to be none.
      taken.figures = StepFigures(unknownOf: geometry.planes, heads: Self.figures(heads))
    }
  }

  private static func figures(_ heads: [HeadPass]) -> HeadFigures {
    heads.reduce(into: HeadFigures()) { $0.add($1.figures) }
  }

  private func warn(_ loss: Double, _ step: Int, _ batches: [LoadedBatch]) {
    guard let deviations = watch.take(loss) else { return }
    output.say(
      "step \(step), events \(Self.numbers(batches)): the loss of \(StepLine.significant(loss)) is "
        + "\(Int(min(deviations, 1e6))) deviations above those before: look at these events, or lower the "
        + "learning rate", level: .warning)
  }

  /// Ends the run, or leaves the step out.
  private func refuse(_ error: TrainingError, _ step: Int, _ batches: [LoadedBatch]) throws {
    let events = batches.flatMap(\.events)
    let what = "step \(step), events \(Self.numbers(batches)): \(error)"
    guard training.nonFinite == .skip else {
      skippedInARow += 1
      try save(step)
      let files = keeper.keepFailure(step, events)
      throw TaggerError(.badData, "\(what); \(files)")
    }
    try leaveOut(what)
  }

  private func leaveOut(_ what: String) throws {
    skippedInARow += 1
    guard skippedInARow < Self.mostSkipped else {
      throw TaggerError(
        .badData,
        "\(what), and so were the \(skippedInARow - 1) steps before: the run is lost, "
          + "start again from an earlier checkpoint")
    }
    trainer.skip()
    output.say("\(what); the step is left out", level: .warning)
  }

  private static func numbers(_ batches: [LoadedBatch]) -> String {
    batches.flatMap(\.events).map(String.init).joined(separator: ", ")
  }

  /// What comes after a step: validation, and a checkpoint where it is time.
  private func close(_ steps: Int) throws {
    try profile.measure("validation", \.val) { try validation?.run(trainer, after: steps) }
    // Of a network that gives nothing finite any more, the checkpoints before are worth more.
    if steps % training.checkpointIteration == 0 || steps == training.iterations,
      skippedInARow == 0
    {
      try save(steps, judging: true)
    }
    output.progress(steps)
  }

  private func save(_ steps: Int, judging: Bool = false) throws {
    guard !keeper.has(steps) else { return }
    let score = judging ? try validation?.score(trainer, after: steps) : nil
    try output.flush(trainer, after: steps)
    try profile.write()
    try profile.measure("checkpoint", \.checkpoint) {
      try keeper.write(steps, trainer, state, score: score)
    }
  }

  private func end(after steps: Int) -> TaggerError? {
    stop?.end(
      "stopped after \(steps) of \(training.iterations) steps, with \(keeper.latestFile): the same "
        + "command goes on from there")
  }
}

extension TrainingError {
  /// Whether numbers ran away, which other events or rates may not do.
  fileprivate var isNotFinite: Bool {
    switch self {
    case .lossNotFinite, .gradientNotFinite: true
    default: false
    }
  }
}
