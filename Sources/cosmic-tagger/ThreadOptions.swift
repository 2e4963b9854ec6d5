import ArgumentParser
import CosmicTagger
import Tensors

/// With how many threads a command computes.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads to compute with; results do not depend on it.",
      discussion: "Without it, as many as there are processors, or this rank's share of them.",
      valueName: "count"))
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most threads to compute with, where --threads is not given. (default: 128)",
      valueName: "count"))
  var intraOpParallelismThreads: Int?

  func validate() throws {
    if let intraOpParallelismThreads, intraOpParallelismThreads < 1 {
      throw ValidationError(
        "--intra-op-parallelism-threads \(intraOpParallelismThreads) is not possible: "
          + "use 1 or more")
    }
  }

  /// Puts the options into a configuration.
  ///
  /// - Parameter available: processors that are there for this process.
  func apply(to training: inout TrainingConfiguration, available: Int = Threads.available) {
    training.threadLimit = intraOpParallelismThreads ?? training.threadLimit
    training.threads = threads ?? min(available, training.threadLimit)
  }
}
