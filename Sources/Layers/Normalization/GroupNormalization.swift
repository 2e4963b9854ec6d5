import Autodiff
import Kernels
import Tensors

/// Normalises groups of channels over the active sites of each event: sites in → the same out.
///
/// `output = leaky(scale · (x - mean) / √(variance + epsilon) + shift)`, where mean and (biased)
/// variance are taken over the channels of a group and the active sites of one event alone. So an
/// event's result depends neither on the batch it is in nor on whether the network is being trained,
/// and there are no running statistics. An event without sites adds nothing; one with a single site
/// gives `shift` where groups have one channel.
///
/// Y. Wu, K. He, "Group normalization", arXiv:1803.08494; equal to `torch.nn.GroupNorm` on an image
/// whose sites are all active. Cost: three passes over the features forward, two backward.
///
/// Example: `GroupNormalization(channels: 16, groups: 4, leak: 0)`.
public struct GroupNormalization: Layer {
  /// Channels of each site.
  public let channels: Int
  /// Number of groups; divides the channels.
  public let groups: Int
  /// Added to the variance before its root is taken.
  public let epsilon: Double
  /// Slope for negative values: 0 is ReLU, 1 no activation.
  public let leak: Float

  /// `[channels]`, ones at first.
  public let scale: Parameter
  /// `[channels]`, zeros at first.
  public let shift: Parameter

  /// A layer with PyTorch's constant and no activation, unless told otherwise.
  public init(channels: Int, groups: Int, epsilon: Double = 1e-5, leak: Float = 1) {
    self.channels = channels
    self.groups = groups
    self.epsilon = epsilon
    self.leak = leak
    scale = Parameter(shape: [channels]) { 1 }
    shift = Parameter(shape: [channels])
  }

  /// Scale and shift.
  public var ownParameters: [(name: String, parameter: Parameter)] {
    [("scale", scale), ("shift", shift)]
  }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or groups that do not divide them.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    guard groups > 0, channels % groups == 0 else {
      throw LayerError.groups(layer: description, groups: groups, channels: channels)
    }
    guard input.channels == channels else {
      throw LayerError.channels(layer: description, reads: channels, found: input.channels)
    }
    return input.with(normalise(input.features, eventRows: input.sites.eventRows))
  }

  private func normalise(_ input: Variable, eventRows: [Range<Int>]) -> Variable {
    input.tape.record(rows: input.rows, channels: channels) { compute in
      let normalization = compute.eventNormalization(
        of: input.value, eventRows: eventRows, groups: groups, epsilon: epsilon, leak: leak)
      let output = compute.normalize(
        input.value, by: normalization, scale: scale.value, shift: shift.value)
      return (
        output,
        { gradient in
          let pass = EventNormalizationPass(
            input: input.value, output: output, outputGradient: gradient, scale: scale.value,
            scaleGradient: scale.gradient, shiftGradient: shift.gradient)
          let inputGradient = compute.normalizeBackward(pass, by: normalization)
          input.accumulate { _ in inputGradient }
        }
      )
    }
  }

  /// With its channels and groups.
  public var description: String {
    "GroupNormalization \(channels) in \(groups) groups" + (leak == 1 ? "" : " leak \(leak)")
  }
}

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
