import Files
import Foundation
import Logging
import Telemetry
import Training

/// Everything that a run tells of its steps: lines, tables, entries for TensorBoard.
final class RunOutput {
  /// A step that was taken, or left out.
  struct CompletedStep {
    let number: Int
    let learningRate: Double
    let batches: [LoadedBatch]
    /// Seconds that the step waited for its batches.
    let waited: Double
    var figures: StepFigures
    /// What it gave; nothing where it was left out.
    var result: Trainer.StepResult?
    /// Seconds of all of it.
    var duration = 0.0

    /// Events it was taken on, of all ranks.
    var events = 0
  }

  /// What a validation is of.
  enum Judged: String {
    /// A batch now and then.
    case batch = "test"
    /// All events.
    case all = "val"
  }

  let logger: Logger
  private let training: TrainingConfiguration
  private let steps: MetricsFile
  private let throughput: MetricsFile
  private let judgements: [Judged: MetricsFile]
  private var boards: RunBoards?
  private var bar: ProgressBar

  /// Opens the tables, and goes on with them after so many steps.
  ///
  /// - Throws: `TaggerError` or `FileError` when one cannot be written.
  init(
    _ folder: OutputFolder, _ training: TrainingConfiguration, after steps: Int,
    boards: RunBoards?, logger: Logger
  ) throws {
    self.boards = boards
    self.logger = logger
    self.training = training
    func table(_ name: String, from step: Int) throws(FileError) -> MetricsFile {
      try MetricsFile(folder.file(name), from: step) { logger.warning("\($0)") }
    }
    self.steps = try table("train_metrics.csv", from: steps)
    throughput = try table("throughput.csv", from: steps)
    // Validation counts the steps before it: that of a checkpoint is kept with it.
    let next = steps == 0 ? 0 : steps + 1
    var judgements: [Judged: MetricsFile] = [:]
    if training.auxiliaryFile != nil {
      judgements[.batch] = try table("test_metrics.csv", from: next)
    }
    if training.validatesAll {
      judgements[.all] = try table("validation_metrics.csv", from: next)
    }
    self.judgements = judgements
    // Steps have lines of their own.
    bar = ProgressBar(writesLines: false)
  }

  /// Tells of a step.
  func stepped(_ step: CompletedStep) throws {
    try steps.append(step: step.number, step.figures.named)
    let events = Double(step.events)
    try throughput.append(step: step.number, [("seconds", step.duration), ("events", events)])
    if step.number % training.loggingIteration == 0 || step.number == training.iterations - 1 {
      say("train", step.number, step.figures, events / step.duration, times(step))
    }
  }

  /// Tells TensorBoard of a step.
  func summarize(_ step: CompletedStep) { tellBoards { try $0.stepped(step) } }

  /// Tells TensorBoard something; the first time that this fails, says why, and tells no more: nothing that a
  /// run needs is there.
  private func tellBoards(_ tell: (RunBoards) throws -> Void) {
    do {
      if let boards { try tell(boards) }
    } catch {
      boards = nil
      say("\(error): the run goes on without TensorBoard's files", level: .warning)
    }
  }

  private func times(_ step: CompletedStep) -> [(name: String, value: Double)] {
    var times = [
      ("read", step.batches.reduce(0) { $0 + $1.readSeconds }),
      ("plan", step.batches.reduce(0) { $0 + $1.planSeconds }), ("wait", step.waited),
    ]
    if let step = step.result?.step {
      times += [
        ("forward", step.forwardSeconds), ("backward", step.backwardSeconds),
        ("optimizer", step.optimizerSeconds),
      ]
      if training.ranks.isDistributed { times.append(("exchange", step.exchangeSeconds)) }
    }
    return times
  }

  /// Tells of a validation.
  func judged(
    _ kind: Judged, after steps: Int, _ figures: StepFigures, _ rate: Double,
    _ times: [(name: String, value: Double)]
  ) throws {
    try judgements[kind]?.append(step: steps, figures.named)
    tellBoards { try $0.judged(kind.rawValue, after: steps, figures) }
    say(kind.rawValue, steps, figures, rate, times)
  }

  private func say(
    _ kind: String, _ step: Int, _ figures: StepFigures, _ rate: Double,
    _ times: [(name: String, value: Double)]
  ) {
    bar.finish(erasing: true)
    let line = StepLine(
      kind: kind, step: step, loss: figures.loss, metrics: figures.metrics, heads: figures.heads,
      eventsPerSecond: rate, seconds: times)
    var metadata: Logger.Metadata = ["kind": "\(kind)", "step": "\(step)"]
    for (name, value) in figures.named + times { metadata[name] = "\(value)" }
    logger.info("\(line.text)", metadata: metadata)
  }

  /// Says something between steps.
  func say(_ line: String, level: Logger.Level = .info) {
    bar.finish(erasing: true)
    logger.log(level: level, "\(line)")
  }

  /// Shows how far the run has come.
  func progress(_ steps: Int) { bar.update(step: steps, of: training.iterations) }

  /// Brings to the disk what belongs to the steps that a checkpoint of a network is about to hold.
  func flush(_ trainer: Trainer, after steps: Int) throws {
    tellBoards {
      $0.distributed(trainer, after: steps)
      try $0.flush()
    }
    for file in [self.steps, throughput] + judgements.values { try file.flush() }
  }

  /// Ends the progress bar.
  func finish() { bar.finish(erasing: true) }
}
