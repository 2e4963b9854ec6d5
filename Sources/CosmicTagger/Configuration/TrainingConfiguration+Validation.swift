import Kernels
import Tensors

/// What options must be.
extension TrainingConfiguration {
  /// Checks ranges.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  public func validate() throws(TaggerError) {
    guard (1...Self.mostIterations).contains(iterations) else {
      throw TaggerError(
        .usage,
        "--iterations \(iterations) is not possible: use 1 or more"
          + (iterations > 1 ? ", up to \(Self.mostIterations)" : ""))
    }
    guard Float(learningRate).isFinite else {
      throw TaggerError(
        .usage,
        "--learning-rate \(learningRate) is not possible: use a number up to 1e38, zero for the optimizer's own"
      )
    }
    guard weightDecay >= 0, Float(weightDecay).isFinite else {
      throw TaggerError(
        .usage, "--regularize-weights \(weightDecay) is not possible: use 0 to 1e38")
    }
    guard (1...65_536).contains(auxiliaryMinibatchSize) else {
      throw TaggerError(
        .usage,
        "--aux-minibatch-size \(auxiliaryMinibatchSize) is not possible: use 1 to 65536 events")
    }
    guard (1...Self.mostThreads).contains(threads) else {
      throw TaggerError(
        .usage, "--threads \(threads) is not possible: use 1 to \(Self.mostThreads)")
    }
    try validateSteps()
    try heads.validate()
    if let problem = InstructionSet.forcedInVain { throw TaggerError(.usage, problem) }
    try validateMode()
    try validatePrecision()
    for (option, steps) in [
      ("--logging-iteration", loggingIteration), ("--checkpoint-iteration", checkpointIteration),
      ("--aux-iteration", auxiliaryIteration), ("--summary-iteration", summaryIteration),
    ] where steps < 1 {
      throw TaggerError(.usage, "\(option) \(steps) is not possible: use 1 or more")
    }
    guard !validatesAll || auxiliaryFile != nil else {
      throw TaggerError(.usage, "--validate-all needs events to validate with: give --aux-file")
    }
    guard scoredEvents >= 0 else {
      throw TaggerError(.usage, "--score-events \(scoredEvents) is not possible: use 0 or more")
    }
  }

  /// More steps than this nobody lives to see.
  private static let mostIterations = 1_000_000_000_000

  /// Refuses what makes no steps.
  private func validateSteps() throws(TaggerError) {
    if let clippingNorm, !(clippingNorm > 0 && clippingNorm.isFinite) {
      throw TaggerError(
        .usage, "--clip-gradient \(clippingNorm) is not possible: use a number above zero")
    }
    guard (1...65_536).contains(accumulation) else {
      throw TaggerError(
        .usage, "--gradient-accumulation \(accumulation) is not possible: use 1 to 65536 batches")
    }
    for (option, value) in [
      ("--min-learning-rate", schedule.minimum ?? 0), ("--decay-floor", schedule.floor),
      ("--warm-up-steps", Double(schedule.warmUpSteps ?? 0)),
    ] where !(value >= 0 && value < 1e15) {
      throw TaggerError(.usage, "\(option) \(value) is not possible: use 0 to 1e15")
    }
    guard (0...1e6).contains(schedule.decayEpochs) else {
      throw TaggerError(
        .usage, "--decay-epochs \(schedule.decayEpochs) is not possible: use 0 to a million")
    }
    if let minimum = schedule.minimum, minimum > usedLearningRate {
      throw TaggerError(
        .usage,
        "--min-learning-rate \(minimum) is above --learning-rate \(usedLearningRate): "
          + "schedules go up to the second")
    }
  }

  /// Refuses what only sites have.
  private func validateMode() throws(TaggerError) {
    guard mode != .sparse else { return }
    guard precision == .float32 else {
      throw TaggerError(
        .usage,
        "--precision \(precision.rawValue) is for sparse convolutions: full images are "
          + "computed in float32")
    }
    guard convolution == .automatic, siteIndex == .automatic else {
      throw TaggerError(
        .usage,
        "--convolution and --site-index choose how sparse convolutions are computed: leave "
          + "them out for full images, or add --sparse")
    }
  }

  private func validatePrecision() throws(TaggerError) {
    guard Float(lossScale).isNormal, lossScale > 0 else {
      throw TaggerError(
        .usage, "--loss-scale \(lossScale) is not possible: use 1e-37 to 1e38, such as 1024")
    }
    guard precision == .bfloat16 else { return }
    guard InstructionSet.current.multipliesBFloat16 else {
      throw TaggerError(.usage, InstructionSet.lackingBFloat16)
    }
    guard convolution != .gatherGEMMScatter else {
      throw TaggerError(
        .usage,
        "--convolution \(convolution.rawValue) computes in float32: "
          + "use another, or --precision float32")
    }
  }
}
