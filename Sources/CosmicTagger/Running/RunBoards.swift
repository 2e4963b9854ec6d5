import Training

/// What a run tells TensorBoard: figures and rates of steps, pictures, how parameters are distributed, and its
/// configuration.
final class RunBoards {
  private let folder: OutputFolder
  private let steps: Int
  private let training: TrainingConfiguration
  private let geometry: ImageGeometry
  private let train: TensorBoardRun
  /// Made when there is something to tell of a validation: `test` for batches, `val` for all events.
  private var others: [String: TensorBoardRun] = [:]
  private var clock = ContinuousClock.now

  /// Steps between pictures, as in the original.
  private static let stepsPerPicture = 25
  /// How long what is told may stay in memory.
  private static let patience = Duration.seconds(10)

  /// Begins, or goes on after so many steps; nothing where that is not wanted.
  ///
  /// - Throws: `TaggerError` or `FileError` when the folder cannot be written to.
  init?(
    _ folder: OutputFolder, _ training: TrainingConfiguration, _ geometry: ImageGeometry,
    configuration: ResolvedConfiguration, after steps: Int
  ) throws {
    guard training.writesSummaries else { return nil }
    self.folder = folder
    self.training = training
    self.geometry = geometry
    self.steps = steps
    // Also at the first step: a run that was killed before a checkpoint may have told of it.
    train = try TensorBoardRun(folder: folder.file("train"), resumingAt: steps)
    train.addConfiguration(configuration, step: steps)
  }

  /// Tells of a step.
  func stepped(_ step: RunOutput.CompletedStep) throws {
    if step.number % training.summaryIteration == 0 {
      let rates = StepRates(
        learningRate: step.learningRate, seconds: step.duration, minibatchSize: step.events,
        waitSeconds: step.waited, optimizerSeconds: step.result?.step.optimizerSeconds ?? 0)
      train.add(step.figures.named + rates.named, step: step.number)
    }
    if training.drawsPicture, step.number % Self.stepsPerPicture == 0,
      let batch = step.batches.first, let predictions = step.result?.predictions.first
    {
      try train.addImages(
        of: batch.sites, predictions: predictions, geometry, step: step.number)
    }
    guard ContinuousClock.now - clock > Self.patience else { return }
    try flush()
  }

  /// Tells of a validation.
  func judged(_ kind: String, after steps: Int, _ figures: StepFigures) throws {
    // Of the steps before it: that of a checkpoint is kept with it.
    let board =
      try others[kind]
      ?? TensorBoardRun(folder: folder.file(kind), resumingAt: self.steps == 0 ? 0 : self.steps + 1)
    others[kind] = board
    board.add(figures.named, step: steps)
  }

  /// Tells how a network's parameters are distributed.
  func distributed(_ trainer: Trainer, after steps: Int) {
    // By the number of the last step: a run that goes on takes the next one's place.
    train.addHistograms(of: trainer.network, step: steps - 1)
  }

  /// Hands all to the system, where TensorBoard finds it.
  func flush() throws {
    clock = .now
    for board in [train] + others.values { try board.flush() }
  }
}
