import ArgumentParser
import CosmicTagger
import Tensors
import Training

extension RankConfiguration.Distribution: ExpressibleByArgument {}
extension RankScaling: ExpressibleByArgument {}

/// Whether a command runs as several processes.
struct DistributedOption: ParsableArguments {
  @Flag(
    name: [.customShort("d"), .long],
    help: ArgumentHelp(
      "Share the work among the processes of an mpirun.",
      discussion: "mpirun -n 8 cosmic-tagger train -d …; a batch is that of all of them together."))
  var distributed = false
}

/// How events come to ranks, for the commands that read batches.
struct SharingOptions: ParsableArguments {
  @OptionGroup var run: DistributedOption

  @Option(
    help: ArgumentHelp(
      "How events come to ranks.",
      discussion: "shard: each reads its own; scatter: the last one reads for all, as in 2019."))
  var distribute = RankConfiguration.Distribution.shard

  @Flag(
    help: ArgumentHelp(
      "Give ranks as many voxels each as can be, and not as many events.",
      discussion: "Sizes are taken from the file; simulated events are shared out by their number.")
  )
  var balance = false

  /// Puts the options into a configuration.
  func apply(to ranks: inout RankConfiguration) {
    ranks.isDistributed = run.distributed
    ranks.distribution = distribute
    ranks.balancesEvents = balance
  }
}

/// How ranks train one network.
struct RankTrainingOptions: ParsableArguments {
  @OptionGroup var sharing: SharingOptions

  @Flag(
    help: ArgumentHelp(
      "Normalise by mean and variance over the sites of all ranks.",
      discussion:
        "Two messages for each normalisation; without it each rank takes its own, as the original does."
    ))
  var syncBatchNorm = false

  @Option(
    help: ArgumentHelp(
      "What gradients are rounded to on their way to other ranks; bfloat16 halves the messages."))
  var gradientPrecision = Precision.float32

  @Option(
    help: ArgumentHelp(
      "How the learning rate grows with the number of ranks. (default: none; sqrt-2019 of --preset "
        + "seed)",
      discussion:
        "sqrt-2019: from 1 to the root of their number between steps 50 and 100, down from step 600 on."
    ))
  var rankScaling: RankScaling?

  func validate() throws {
    guard rankScaling == nil || sharing.run.distributed else {
      throw ValidationError("--rank-scaling is for several processes: give --distributed with it")
    }
  }

  /// Puts the options into a configuration.
  func apply(to training: inout TrainingConfiguration) {
    sharing.apply(to: &training.ranks)
    training.ranks.sharesStatistics = syncBatchNorm
    training.ranks.gradientPrecision = gradientPrecision
    training.ranks.scaling = rankScaling ?? (training.preset == .seed ? .rootOf2019 : .none)
  }
}
