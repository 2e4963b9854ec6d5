import Logging
import Networks
import Training

/// Where a run begins: from the newest checkpoint of its folder, else from given weights, else anew.
struct Beginning {
  private let training: TrainingConfiguration
  private let configuration: UResNetConfiguration
  private let logger: Logger

  init(
    _ training: TrainingConfiguration, _ configuration: UResNetConfiguration, _ logger: Logger
  ) {
    self.training = training
    self.configuration = configuration
    self.logger = logger
  }

  /// Gives a trainer what it begins from.
  ///
  /// - Returns: the checkpoint of the run itself that it goes on from; nothing for a new run.
  /// - Throws: `TaggerError` or `CheckpointError` when a checkpoint cannot be read or does not fit.
  func restore(_ trainer: Trainer, from folder: CheckpointFolder) throws -> Checkpoint? {
    let newest = try folder.latest { logger.warning("\($0)") }
    guard let (file, checkpoint) = newest else {
      try loadWeights(into: trainer)
      return nil
    }
    if let weights = training.weights, checkpoint.state["weights"] != weights {
      throw TaggerError(
        .usage,
        "\(folder.folder) holds a run that did not begin from \(weights): choose another "
          + "--log-directory to begin from there, or leave --weights out to go on")
    }
    try load(
      checkpoint, file, into: trainer,
      remedy: "give the network's switches that it was trained with, or another --log-directory")
    try trainer.restore(checkpoint.training, steps: checkpoint.step, file: file)
    if checkpoint.training == nil {
      logger.warning("\(file) says nothing of the optimizer, which begins anew")
    }
    let done =
      checkpoint.step < training.iterations
      ? "" : ": all \(training.iterations) steps are taken, -i counts those of the whole run"
    logger.info("Going on after step \(checkpoint.step)\(done)")
    return checkpoint
  }

  private func loadWeights(into trainer: Trainer) throws {
    guard let path = training.weights else { return }
    let file = try CheckpointIndex.file(named: path)
    try load(
      try Checkpoint(contentsOf: file), file, into: trainer,
      remedy: "give the network's switches that it was trained with")
  }

  private func load(
    _ checkpoint: Checkpoint, _ file: String, into trainer: Trainer, remedy: String
  ) throws {
    for line in checkpoint.differences(file, from: configuration) { logger.info("\(line)") }
    try checkpoint.load(into: trainer.network, file: file, remedy: remedy)
    logger.info("Restoring weights from  \(file)")
  }
}
