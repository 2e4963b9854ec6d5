import Autodiff
import Kernels

/// Leaky ReLU: `x` where positive, `leak · x` elsewhere.
///
/// Sites in → the same sites out.
public struct LeakyReLU: Layer {
  /// Slope for negative values: 0 is ReLU.
  public let leak: Float

  /// A layer with its slope; SparseConvNet's default is 1/3, PyTorch's 0.01.
  public init(leak: Float) {
    self.leak = leak
  }

  /// Applies the activation to every value.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let features = input.features
    return input.with(
      features.tape.record(rows: features.rows, channels: features.channels) { compute in
        let output = compute.leakyReLU(features.value, leak: leak)
        return (
          output,
          { gradient in
            features.accumulate {
              $0.leakyReLUBackward(output: output, outputGradient: gradient, leak: leak)
            }
          }
        )
      })
  }

  /// With its slope.
  public var description: String {
    leak == 0 ? "ReLU" : "LeakyReLU leak \(leak)"
  }
}
