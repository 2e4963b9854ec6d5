import Foundation
import Tensors
import Training

/// The steps of a run, from the first or from a checkpoint, with validation, checkpoints and an orderly end.
///
/// Every rank of a run takes the same steps, each with its share of every batch. The first one writes and
/// says what there is to write and to say; the others have neither output nor checkpoints.
final class StepLoop {
  private let trainer: Trainer
  private let training: TrainingConfiguration
  private let schedule: RunSchedule
  private let geometry: ImageGeometry
  private let ranks: RankGroup
  private let output: RunOutput?
  private let validation: Validation?
  private let keeper: CheckpointKeeper?
  private let profile: RunProfile
  private let stop: StopRequest?
  private var watch: LossWatch
  private var refusals: StepRefusals
  private var omissions: OmissionTally
  /// Steps of the newest checkpoint, as all ranks know.
  private var saved: Int?
  private(set) var durations: [Double] = []

  init(
    _ trainer: Trainer, _ data: DataConfiguration, _ training: TrainingConfiguration,
    _ schedule: RunSchedule,
    _ geometry: ImageGeometry, _ ranks: RankGroup, after progress: Beginning.Progress?,
    output: RunOutput?, validation: Validation?, keeper: CheckpointKeeper?, profile: RunProfile,
    stop: StopRequest?
  ) {
    self.trainer = trainer
    self.training = training
    self.schedule = schedule
    self.geometry = geometry
    self.ranks = ranks
    self.output = output
    self.validation = validation
    self.keeper = keeper
    self.profile = profile
    self.stop = stop
    saved = progress?.steps
    watch = LossWatch(state: progress?.state ?? [:])
    refusals = StepRefusals()
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
        saved = nil
        try save(step, judging: true)
        if validation?.isDue == true { throw end(after: step) }
      }
      while step < training.iterations {
        profile.begin(step)
        try take(step, loader)
        step += 1
        try close(step)
        profile.end(training: durations[durations.count - 1])
        if step < training.iterations, let signal = ranks.anybodysSignal(stop) {
          try save(step)
          throw end(after: step, by: signal)
        }
      }
    } catch {
      output?.finish()
      try? profile.write()
      keep(step, after: first)
      throw error
    }
    output?.finish()
    for line in omissions.lines { output?.say(line) }
    try profile.write()
    if validation?.isDue == true { throw end(after: step) }
  }

  /// What was learned since the last checkpoint is not lost with what failed now, unless it is worth nothing.
  ///
  /// A step whose figures could not be told is taken again, so that they are.
  private func keep(_ steps: Int, after first: Int) {
    guard steps > first, Int(trainer.steps) == steps, !refusals.isRefusing else { return }
    if saved != steps { try? keeper?.write(steps, trainer, state, score: nil) }
  }

  /// What a checkpoint says beside numbers.
  private var state: [String: String] {
    watch.state.merging(validation?.state ?? [:]) { $1 }
  }

  private func take(_ step: Int, _ loader: EventLoader) throws {
    var clock = Stopwatch()
    var batches: [LoadedBatch] = []
    var waited = 0.0
    try profile.measure("wait", \.io) {
      while batches.count < training.accumulation,
        let batch = try ranks.agreed({
          defer { waited += clock.lap() }
          return try loader.next()
        })
      {
        batches.append(batch)
      }
    }
    let agreed = clock.lap()
    var taken = RunOutput.CompletedStep(
      number: step, learningRate: schedule.rate(step: step), batches: batches,
      waited: waited + agreed, figures: StepFigures(unknownOf: geometry.planes))
    if durations.isEmpty, training.mode == .sparse, let batch = batches.first {
      output?.say(PlanSummary(batch.sites.plan).line)
    }
    let report = StepReport(batches, waited: waited, agreed: agreed)
    try compute(&taken, report, clock)
    durations.append(taken.duration)
    try profile.measure("log", \.log) { try output?.stepped(taken) }
    profile.measure("summary", \.summary) { output?.summarize(taken) }
  }

  /// Takes a step, or leaves it out.
  private func compute(
    _ taken: inout RunOutput.CompletedStep, _ begun: StepReport, _ started: Stopwatch
  ) throws {
    var (report, clock) = (begun, started)
    let step = taken.number
    // Of a batch whose events are all left out, by all ranks, there is nothing to learn.
    let counts = ranks.eventCounts(taken.batches)
    let batches = zip(taken.batches, counts).filter { $1 > 0 }.map(\.0)
    let heads = batches.map { HeadPass(trainer.network, training.heads, $0.targets, geometry) }
    let outcome = try attempt(batches, heads, rate: taken.learningRate)
    taken.duration = taken.waited + clock.lap()
    report.heads = Self.figures(heads)
    if case .success(let result) = outcome { report.add(result) }
    let reports = ranks.gathered(report)
    tell(reports, &taken)
    switch outcome {
    case nil:
      try leaveOut("step \(step) has no event that can be used")
    case .success(let result):
      refusals.end()
      profile.add(result.step)
      warn(result.step.loss, step, reports)
      taken.result = result
      taken.figures = profile.measure("metrics", \.metrics) {
        StepFigures(
          loss: result.step.loss, reports.confusions, pixelsPerImage: geometry.pixels,
          averaging: training.averaging, heads: reports.heads)
      }
    case .failure(let error):
      try refuse(error, step, reports)
      // The heads have spoken before the loss was found to be none.
      taken.figures = StepFigures(unknownOf: geometry.planes, heads: reports.heads)
    }
  }

  /// Takes a step; nothing where there is no batch.
  private func attempt(
    _ batches: [LoadedBatch], _ heads: [HeadPass], rate: Double
  ) throws -> Result<Trainer.StepResult, TrainingError>? {
    guard !batches.isEmpty else { return nil }
    do {
      return .success(
        try trainer.step(batches.map(\.sites), learningRate: rate) { try heads[$0].run($1) })
    } catch let error as TrainingError where error.isNotFinite {
      return .failure(error)
    }
  }

  /// Takes in what all ranks say of a step.
  private func tell(_ reports: [StepReport], _ taken: inout RunOutput.CompletedStep) {
    taken.events = reports.events.count
    profile.add(reports, step: taken.number)
    for line in omissions.add(reports.omissions) { output?.say(line, level: .warning) }
  }

  private static func figures(_ heads: [HeadPass]) -> HeadFigures {
    heads.reduce(into: HeadFigures()) { $0.add($1.figures) }
  }

  private func warn(_ loss: Double, _ step: Int, _ reports: [StepReport]) {
    guard let deviations = watch.take(loss) else { return }
    output?.say(
      "step \(step), events \(Self.numbers(reports)): the loss of \(StepLine.significant(loss)) is "
        + "\(Int(min(deviations, 1e6))) deviations above those before: look at these events, or lower the "
        + "learning rate", level: .warning)
  }

  /// Ends the run, or leaves the step out.
  private func refuse(_ error: TrainingError, _ step: Int, _ reports: [StepReport]) throws {
    let what = "step \(step), events \(Self.numbers(reports)): \(error)"
    guard training.nonFinite == .skip else {
      refusals.note()
      try save(step)
      let files = keeper?.keepFailure(step, reports.events) ?? ""
      throw TaggerError(agreed: .badData, "\(what); \(files)")
    }
    try leaveOut(what)
  }

  private func leaveOut(_ what: String) throws {
    try refusals.leaveOut(what)
    trainer.skip()
    output?.say("\(what); the step is left out", level: .warning)
  }

  private static func numbers(_ reports: [StepReport]) -> String {
    reports.events.map(String.init).joined(separator: ", ")
  }

  /// What comes after a step: validation, and a checkpoint where it is time.
  private func close(_ steps: Int) throws {
    try profile.measure("validation", \.val) { try validation?.run(trainer, after: steps) }
    // Of a network that gives nothing finite any more, the checkpoints before are worth more.
    if steps % training.checkpointIteration == 0 || steps == training.iterations,
      !refusals.isRefusing
    {
      try save(steps, judging: true)
    }
    output?.progress(steps)
  }

  private func save(_ steps: Int, judging: Bool = false) throws {
    guard saved != steps else { return }
    let score = judging ? try validation?.score(trainer, after: steps) : nil
    try ranks.agreed {
      try output?.flush(trainer, after: steps)
      try profile.write()
      try profile.measure("checkpoint", \.checkpoint) {
        try keeper?.write(steps, trainer, state, score: score)
      }
    }
    saved = steps
  }

  private func end(after steps: Int, by signal: Int32? = nil) -> TaggerError {
    let signal = signal ?? ranks.anybodysSignal(stop) ?? SIGTERM
    return TaggerError(
      agreed: TaggerError.Kind(signal: signal),
      "stopped after \(steps) of \(training.iterations) steps, with \(keeper?.latestFile ?? ""): "
        + "the same command goes on from there")
  }
}
