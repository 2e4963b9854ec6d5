import Foundation
import Kernels
import Reference
import Tensors
import Testing

/// Proves activations on extreme values, where formulas overflow or cancel, and at tile borders.
@Suite("Activation kernels")
struct ActivationKernelTests {
  static let all: [Activation] = [
    .elu(alpha: 1), .celu(alpha: 2), .selu, .tanh, .sigmoid, .softplus(beta: 1, threshold: 20),
    .softplus(beta: 2, threshold: 1e30), .silu, .gelu,
  ]

  /// A function and its derivative by their definition, in double precision.
  private func definition(_ activation: Activation) -> (Double) -> Double {
    switch activation {
    case .elu(let alpha): { ActivationFunction.elu($0, alpha: Double(alpha)) }
    case .celu(let alpha): { ActivationFunction.celu($0, alpha: Double(alpha)) }
    case .selu: ActivationFunction.selu
    case .tanh: { Foundation.tanh($0) }
    case .sigmoid: { 1 / (1 + exp(-$0)) }
    case .softplus(let beta, let threshold):
      {
        ActivationFunction.softplus(
          $0, beta: Double(beta), threshold: min(Double(threshold), 600))
      }
    case .silu: ActivationFunction.silu
    case .gelu: ActivationFunction.gelu
    }
  }

  private func pass(_ values: [Float], _ activation: Activation) -> (
    output: [Float], slopes: [Float]
  ) {
    let compute = Compute()
    let input = Tensor(rows: values.count, channels: 1, values)
    let ones = Tensor(rows: values.count, channels: 1)
    ones.fill(1)
    let output = compute.activate(input, by: activation)
    let slopes = compute.activateBackward(
      input: input, output: output, outputGradient: ones, by: activation)
    return (output.array, slopes.array)
  }

  @Test("values and slopes from -30 to 30", arguments: all)
  func moderate(_ activation: Activation) {
    let values = (-300...300).map { Float($0) / 10 + 0.013 }
    let (output, slopes) = pass(values, activation)
    let function = definition(activation)
    for (index, value) in values.enumerated() {
      let x = Double(value)
      let expected = function(x)
      #expect(abs(Double(output[index]) - expected) <= 5e-7 * max(1, abs(expected)), "at \(x)")
      let slope = (function(x + 1e-5) - function(x - 1e-5)) / 2e-5
      #expect(abs(Double(slopes[index]) - slope) <= 2e-6, "slope at \(x)")
    }
  }

  @Test("every finite number gives finite values and slopes", arguments: all)
  func extreme(_ activation: Activation) {
    let largest = Float.greatestFiniteMagnitude / 2
    let values = [0, -0.0, 1e-30, 50, 88, 89, 104, 1000, 1e10, 1e30, largest].flatMap {
      [Float($0), -Float($0)]
    }
    let (output, slopes) = pass(values, activation)
    #expect(output.allSatisfy { $0.isFinite }, "\(output)")
    #expect(slopes.allSatisfy { $0.isFinite && abs($0) < 2 }, "\(slopes)")
    // Far above zero all but two are a line of slope one (or the scale of SELU).
    guard activation != .tanh, activation != .sigmoid else {
      #expect(output[20] == 1)
      return
    }
    let scale: Float = activation == .selu ? 1.0507009 : 1
    #expect(abs(slopes[20] - scale) < 1e-6)
    #expect(abs(output[20] / largest - scale) < 1e-6)
  }

  @Test("what is not a number stays so", arguments: all)
  func notANumber(_ activation: Activation) {
    #expect(pass([.nan], activation).output[0].isNaN)
  }

  @Test("the same bits on any number of threads, across tiles", arguments: all)
  func threads(_ activation: Activation) {
    let input = randomTensor(40_000, 3, seed: 1)
    let gradient = randomTensor(40_000, 3, seed: 2)
    let (values, areSame) = onAllThreadCounts { compute in
      let output = compute.activate(input, by: activation)
      return [
        output,
        compute.activateBackward(
          input: input, output: output, outputGradient: gradient, by: activation),
      ].map(\.array)
    }
    #expect(areSame)
    let function = definition(activation)
    let expected = input.doubles.map(function)
    #expect(compare(values[0].map(Double.init), with: expected).scaledError < 1e-6)
  }
}
