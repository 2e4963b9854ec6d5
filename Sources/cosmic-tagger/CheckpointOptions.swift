import ArgumentParser
import CosmicTagger

/// What of a network is kept, and what it starts from, for the command that trains.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Start from the parameters of this checkpoint.",
      discussion:
        "Or from the latest one of a folder. The network's switches must be those it was trained with; "
        + "sparse, dense and masked runs read each other's.",
      valueName: "path"))
  var weights: String?

  @Option(
    name: [.customLong("ci", withSingleDash: true), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Steps from one checkpoint to the next; the last step has one in any case. (default: 100; "
        + "500 of --preset seed)",
      valueName: "steps"))
  var checkpointIteration: Int?

  @Option(
    name: [.customLong("cd", withSingleDash: true), .long],
    help: ArgumentHelp(
      "Where the folder `checkpoints` is made: the log directory if left out.",
      valueName: "folder"))
  var checkpointDirectory: String?

  /// Puts the options into a configuration.
  func apply(to training: inout TrainingConfiguration) {
    training.weights = weights
    training.checkpointIteration = checkpointIteration ?? training.checkpointIteration
    training.checkpointDirectory = checkpointDirectory
  }
}
