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
    scale = Parameter(shape: [max(channels, 0)]) { 1 }
    shift = Parameter(shape: [max(channels, 0)])
  }

  /// Scale and shift.
  public var ownParameters: [(name: String, parameter: Parameter)] {
    [("scale", scale), ("shift", shift)]
  }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or groups that do not divide them.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try checkEpsilon(epsilon)
    try checkLeak(leak)
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
