import Autodiff
import Kernels
import Tensors

/// Normalises each channel over the active sites of each event: sites in → the same out.
///
/// A `GroupNormalization` of one channel a group; an event with a single site gives `shift`.
/// D. Ulyanov, A. Vedaldi, V. Lempitsky, arXiv:1607.08022; equal to `torch.nn.InstanceNorm2d` with
/// `affine=True` on an image whose sites are all active.
///
/// Example: `InstanceNormalization(channels: 16)`.
public struct InstanceNormalization: Layer {
  private let normalization: GroupNormalization

  /// Channels of each site.
  public var channels: Int { normalization.channels }
  /// Added to the variance before its root is taken.
  public var epsilon: Double { normalization.epsilon }
  /// Slope for negative values: 0 is ReLU, 1 no activation.
  public var leak: Float { normalization.leak }
  /// `[channels]`, ones at first.
  public var scale: Parameter { normalization.scale }
  /// `[channels]`, zeros at first.
  public var shift: Parameter { normalization.shift }

  /// A layer with PyTorch's constant and no activation, unless told otherwise.
  public init(channels: Int, epsilon: Double = 1e-5, leak: Float = 1) {
    normalization = GroupNormalization(
      channels: channels, groups: channels, epsilon: epsilon, leak: leak)
  }

  /// Scale and shift.
  public var ownParameters: [(name: String, parameter: Parameter)] { normalization.ownParameters }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    guard input.channels == channels else {
      throw LayerError.channels(layer: description, reads: channels, found: input.channels)
    }
    return try normalization(input)
  }

  /// With its channels.
  public var description: String {
    "InstanceNormalization \(channels)" + (leak == 1 ? "" : " leak \(leak)")
  }
}
