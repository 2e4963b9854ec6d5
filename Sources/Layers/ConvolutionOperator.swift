import Autodiff
import Kernels
import Sites
import Tensors

/// The weight and bias that all convolutions of a filter share, and the one operator behind them.
///
/// A weight is `[offsets, input channels, output channels]`, as SparseConvNet stores it.
struct FilterBank {
  let weight: Parameter
  let bias: Parameter?
  let inputChannels: Int
  let outputChannels: Int

  /// Weights drawn as SparseConvNet draws them, from a normal distribution of deviation
  /// √(2 / (input channels × offsets)); biases zero.
  init(
    offsets: Int, inputChannels: Int, outputChannels: Int, bias: Bool,
    random: inout RandomStream
  ) {
    precondition(inputChannels > 0 && outputChannels > 0, "a filter has channels")
    let deviation = (2 / Double(inputChannels * offsets)).squareRoot()
    weight = Parameter(shape: [offsets, inputChannels, outputChannels]) {
      Float(random.normal() * deviation)
    }
    self.bias = bias ? Parameter(shape: [outputChannels]) : nil
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
  }

  var parameters: [(name: String, parameter: Parameter)] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  func check(_ input: SparseTensor, layer: some CustomStringConvertible) throws(LayerError) {
    guard input.channels == inputChannels else {
      throw LayerError(
        "\(layer) reads \(inputChannels) channels, but its input has \(input.channels)")
    }
  }

  /// Convolves along a rulebook in one of its directions, and records the three gradients.
  func convolve(_ input: Variable, _ rulebook: Rulebook, _ direction: Direction) -> Variable {
    let rows =
      direction == .forward ? rulebook.outputSites.count : rulebook.inputSites.count
    return input.tape.record(rows: rows, channels: outputChannels) { compute in
      let output = rulebook.withRules(direction) { rules in
        compute.convolve(input.value, weight: weight.value, bias: bias?.value, rules: rules)
      }
      return (output, { pullback(input, rulebook, direction, outputGradient: $0, compute) })
    }
  }

  private func pullback(
    _ input: Variable, _ rulebook: Rulebook, _ direction: Direction, outputGradient: Tensor,
    _ compute: Compute
  ) {
    if let bias { compute.accumulateColumnSums(of: outputGradient, into: bias.gradient) }
    rulebook.withRules(direction) { rules in
      compute.accumulateWeightGradient(
        input: input.value, outputGradient: outputGradient, rules: rules, into: weight.gradient)
    }
    input.accumulate { compute in
      rulebook.withRules(direction.reversed) { rules in
        compute.convolve(
          outputGradient, weight: weight.value, bias: nil, rules: rules, transposingWeight: true)
      }
    }
  }
}
