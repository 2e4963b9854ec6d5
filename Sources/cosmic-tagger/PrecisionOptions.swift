import ArgumentParser
import CosmicTagger
import Tensors

extension Precision: ExpressibleByArgument {}

/// What is rounded, for the commands that train.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What convolutions multiply.",
      discussion:
        "bfloat16: their features, weights and gradients are rounded to eight significant bits, "
        + "which multiply twice as fast on processors with AVX512_BF16; sums, and all that is kept "
        + "from layer to layer and from step to step, stay float32. (default: float32)"))
  var precision: Precision?

  @Option(
    help: "The switch of 2019: True is --precision bfloat16, False is --precision float32.")
  var modelHalfPrecision: Truth?

  @Option(
    help: "Round the charges that the network reads to bfloat16. (default: False)")
  var inputHalfPrecision: Truth?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Multiply the loss before gradients are computed, and divide them by it afterwards.",
      discussion:
        "Keeps small gradients from being lost; powers of two change no bit of larger ones.",
      valueName: "factor"))
  var lossScale = 1.0

  func validate() throws {
    guard let precision, let isHalf = modelHalfPrecision?.value else { return }
    guard isHalf == (precision == .bfloat16) else {
      throw ValidationError(
        "--precision \(precision.rawValue) and --model-half-precision \(isHalf ? "True" : "False") "
          + "contradict each other: use one of them")
    }
  }

  /// Puts the options into a configuration of each kind.
  func apply(to data: inout DataConfiguration, _ training: inout TrainingConfiguration) {
    data.roundsCharges = inputHalfPrecision?.value ?? false
    training.precision =
      precision ?? (modelHalfPrecision?.value == true ? .bfloat16 : .float32)
    training.lossScale = lossScale
  }
}
