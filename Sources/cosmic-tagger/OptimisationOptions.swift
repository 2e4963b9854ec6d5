import ArgumentParser
import CosmicTagger
import Training

extension OptimizerKind: ExpressibleByArgument {}
extension ScheduleKind: ExpressibleByArgument {}
extension TrainingConfiguration.NonFinite: ExpressibleByArgument {}

/// How weights follow their gradients, for the command that trains.
struct OptimisationOptions: ParsableArguments {
  @Option(
    name: [.customLong("lr", withSingleDash: true), .long],
    parsing: .unconditional,
    help: ArgumentHelp(
      "The largest learning rate; zero or less for the optimizer's own. (default: 3e-4; 1e-4 of "
        + "--preset seed)",
      valueName: "rate"))
  var learningRate: Double?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "How weights follow their gradients.",
      discussion:
        "adamw, lars and lamb make weights smaller by themselves (-rw), the others by their "
        + "gradients; lars and lamb, for large batches, take steps as large as each parameter is."))
  var optimizer = OptimizerKind.adam

  @Option(
    name: [.customLong("rw", withSingleDash: true), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Add so much of each weight to its gradient. (default: 0; 0.01 of adamw; 1e-4 of --preset "
        + "seed)",
      valueName: "factor"))
  var regularizeWeights: Double?

  @Option(
    help: ArgumentHelp(
      "How the learning rate changes.",
      discussion:
        "standard: up over an epoch, flat, a decay over the last epochs; one-cycle: up, down, "
        + "and a decay; cosine: down along half a cosine; warm-up: up over an epoch, flat until "
        + "epoch 21, then a decay. An epoch is once through --file, or 1000 simulated events."))
  var lrSchedule = ScheduleKind.flat

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Where one-cycle begins and cosine ends. (default: a 25th of the largest; 0)",
      valueName: "rate"))
  var minLearningRate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where decays go, and warm-up begins.", valueName: "rate"))
  var decayFloor = 1e-4

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Epochs of the decay of standard and one-cycle.", valueName: "epochs"))
  var decayEpochs = 5.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Steps on which the rate goes up. (default: those of an epoch; 0 of cosine)",
      valueName: "steps"))
  var warmUpSteps: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Make gradients smaller where the norm of all of them is larger than this.",
      valueName: "norm"))
  var clipGradient: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Batches of which a step takes the mean gradient, in the memory of one.",
      valueName: "batches"))
  var gradientAccumulation = 1

  @Option(
    name: [.customLong("on-nonfinite")],
    help: ArgumentHelp(
      "What to do where a loss or a gradient is infinite or not a number.",
      discussion: "stop: keep network and batch, and end; skip: go on without the step."))
  var onNonFinite = TrainingConfiguration.NonFinite.stop

  /// Puts the options into a configuration.
  func apply(to training: inout TrainingConfiguration) {
    training.learningRate = learningRate ?? training.learningRate
    training.optimizer = optimizer
    training.weightDecay =
      regularizeWeights ?? max(training.weightDecay, optimizer.weightDecay)
    training.schedule.kind = lrSchedule
    training.schedule.minimum = minLearningRate
    training.schedule.floor = decayFloor
    training.schedule.decayEpochs = decayEpochs
    training.schedule.warmUpSteps = warmUpSteps
    training.clippingNorm = clipGradient
    training.accumulation = gradientAccumulation
    training.nonFinite = onNonFinite
  }
}
