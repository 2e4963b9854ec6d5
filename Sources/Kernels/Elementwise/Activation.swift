import Foundation
import Tensors

/// A function of one value, applied to every value of a tensor.
///
/// All are exact to rounding and finite for every finite input, however large.
public enum Activation: Equatable, Sendable {
  /// `x` above zero, `alpha · (eˣ - 1)` elsewhere.
  case elu(alpha: Float)
  /// `x` above zero, `alpha · (e^(x / alpha) - 1)` elsewhere.
  case celu(alpha: Float)
  /// The ELU that keeps mean 0 and variance 1, with its own alpha and scale.
  case selu
  /// The hyperbolic tangent.
  case tanh
  /// `1 / (1 + e⁻ˣ)`.
  case sigmoid
  /// `ln(1 + e^(beta · x)) / beta`, and `x` where `beta · x` is above the threshold.
  case softplus(beta: Float, threshold: Float)
  /// `x · sigmoid(x)`.
  case silu
  /// `x` times the probability that a normal deviate is below `x`.
  case gelu
}

extension Compute {
  private static let valuesPerTile = 1 << 14

  /// Applies a function to every value.
  public func activate(_ input: Tensor, by activation: Activation) -> Tensor {
    switch activation {
    case .elu(let alpha): map(input, ELU(alpha: alpha, scale: 1))
    case .celu(let alpha): map(input, CELU(alpha: alpha))
    case .selu: map(input, ELU.selfNormalizing)
    case .tanh: map(input, Tanh())
    case .sigmoid: map(input, Sigmoid())
    case .softplus(let beta, let threshold):
      map(input, Softplus(beta: beta, threshold: threshold))
    case .silu: map(input, SiLU())
    case .gelu: map(input, GELU())
    }
  }

  /// The backward pass of `activate`.
  ///
  /// - Parameters:
  ///   - input: what `activate` was given.
  ///   - output: what it returned.
  /// - Returns: the gradient of the input.
  public func activateBackward(
    input: Tensor, output: Tensor, outputGradient: Tensor, by activation: Activation
  ) -> Tensor {
    let pass = ActivationPass(input: input, output: output, outputGradient: outputGradient)
    return switch activation {
    case .elu(let alpha): gradient(pass, ELU(alpha: alpha, scale: 1))
    case .celu(let alpha): gradient(pass, CELU(alpha: alpha))
    case .selu: gradient(pass, ELU.selfNormalizing)
    case .tanh: gradient(pass, Tanh())
    case .sigmoid: gradient(pass, Sigmoid())
    case .softplus(let beta, let threshold):
      gradient(pass, Softplus(beta: beta, threshold: threshold))
    case .silu: gradient(pass, SiLU())
    case .gelu: gradient(pass, GELU())
    }
  }

  private func map(_ input: Tensor, _ function: some ElementwiseFunction) -> Tensor {
    let output = arena.tensor(rows: input.rows, channels: input.channels)
    threads.forEachTile(of: input.count, tile: Self.valuesPerTile) { range in
      for index in range { output.values[index] = function.value(input.values[index]) }
    }
    return output
  }

  private func gradient(_ pass: ActivationPass, _ function: some ElementwiseFunction) -> Tensor {
    let gradient = arena.tensor(rows: pass.input.rows, channels: pass.input.channels)
    threads.forEachTile(of: gradient.count, tile: Self.valuesPerTile) { range in
      for index in range {
        let slope = function.slope(at: pass.input.values[index], value: pass.output.values[index])
        gradient.values[index] = pass.outputGradient.values[index] * slope
      }
    }
    return gradient
  }
}

/// What the backward pass of an activation reads.
private struct ActivationPass {
  let input: Tensor
  let output: Tensor
  let outputGradient: Tensor
}
