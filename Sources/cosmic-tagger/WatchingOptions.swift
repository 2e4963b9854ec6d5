import ArgumentParser
import CosmicTagger

/// How a network is judged and watched while it is trained.
struct WatchingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Events to validate with, and to score the network on at the end.",
      discussion: "Without it, the events of --file; or simulated ones it has not seen.",
      valueName: "path"))
  var auxFile: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Steps from one batch of --aux-file to the next, as validation.", valueName: "steps"))
  var auxIteration = 10

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Events of such a batch. (default: 2; 1 of --preset seed)", valueName: "events"))
  var auxMinibatchSize: Int?

  @Flag(
    help: ArgumentHelp(
      "Validate with all events of the auxiliary file before each checkpoint.",
      discussion:
        "The checkpoint with the largest neutrino overlap is kept as best.h5; without this "
        + "flag, by the batches since the checkpoint before."))
  var validateAll = false

  @Flag(help: "Write nothing for TensorBoard.")
  var noTensorboard = false

  @Option(
    name: [.customLong("si", withSingleDash: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Steps between two entries for TensorBoard.", valueName: "steps"))
  var summaryIteration = 1

  @Flag(
    help: ArgumentHelp(
      "Write each step's times as a NumPy table and as a trace, into `profiles`."))
  var profile = false

  @Flag(help: "Draw no events, neither for TensorBoard nor at the end.")
  var noSummaryImages = false

  @Option(
    help: ArgumentHelp("Most events to score at the end; 0 for none.", valueName: "events"))
  var scoreEvents = 24

  /// Puts the options into a configuration.
  func apply(to training: inout TrainingConfiguration) {
    training.auxiliaryFile = auxFile
    training.auxiliaryIteration = auxIteration
    training.auxiliaryMinibatchSize = auxMinibatchSize ?? training.auxiliaryMinibatchSize
    training.validatesAll = validateAll
    training.writesSummaries = !noTensorboard
    training.summaryIteration = summaryIteration
    training.profiles = profile
    training.drawsPicture = !noSummaryImages
    training.scoredEvents = scoreEvents
  }
}
