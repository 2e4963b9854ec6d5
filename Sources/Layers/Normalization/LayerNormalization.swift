import Autodiff
import Kernels

/// Normalises the channels of each site by their own mean and variance: sites in → the same out.
///
/// `output = scale · (x - mean) / √(variance + epsilon) + shift`, the variance biased, as
/// `torch.nn.LayerNorm(channels)`. J. Ba, J. Kiros, G. Hinton, arXiv:1607.06450. Cost: one pass over
/// the features forward, one backward.
///
/// Example: `LayerNormalization(channels: 16)`.
public struct LayerNormalization: Layer {
  /// Channels of each site.
  public let channels: Int
  /// Added to the variance before its root is taken.
  public let epsilon: Double

  /// `[channels]`, ones at first.
  public let scale: Parameter
  /// `[channels]`, zeros at first.
  public let shift: Parameter

  /// A layer with PyTorch's constant, unless told otherwise.
  public init(channels: Int, epsilon: Double = 1e-5) {
    self.channels = channels
    self.epsilon = epsilon
    scale = Parameter(shape: [max(channels, 0)]) { 1 }
    shift = Parameter(shape: [max(channels, 0)])
  }

  /// Scale and shift.
  public var ownParameters: [(name: String, parameter: Parameter)] {
    [("scale", scale), ("shift", shift)]
  }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try checkEpsilon(epsilon)
    guard input.channels == channels else {
      throw LayerError.channels(layer: description, reads: channels, found: input.channels)
    }
    return input.with(normalise(input.features))
  }

  private func normalise(_ input: Variable) -> Variable {
    input.tape.record(rows: input.rows, channels: channels) { compute in
      (
        compute.normalizeRows(
          input.value, scale: scale.value, shift: shift.value, epsilon: epsilon),
        { gradient in
          let inputGradient = compute.normalizeRowsBackward(
            input: input.value, outputGradient: gradient, scale: scale.value, epsilon: epsilon,
            scaleGradient: scale.gradient, shiftGradient: shift.gradient)
          input.accumulate { _ in inputGradient }
        }
      )
    }
  }

  /// With its channels.
  public var description: String { "LayerNormalization \(channels)" }
}
