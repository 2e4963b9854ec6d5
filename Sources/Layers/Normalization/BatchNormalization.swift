import Autodiff
import Kernels
import Tensors

/// Batch normalisation over all sites of all events, with a leaky ReLU: sites in → the same out.
///
/// `output = leaky(scale · (x - mean) / √(variance + epsilon) + shift)` for each channel. While
/// training, mean and variance are the batch's (the biased variance), and the running statistics
/// follow by `momentum`, in PyTorch's sense: `running = (1 - momentum) · running + momentum ·
/// batch`, the variance unbiased. They follow when the step counts: at the beginning of the backward
/// pass, or when the tape is asked to apply its updates. At other times the running statistics are
/// used. A batch without sites changes nothing; one site has no unbiased variance and leaves the
/// running one alone.
///
/// Parts of the image along its first axis, as wire planes, can be normalised each for itself: with the
/// same parameters, as a layer that PyTorch calls once for each (running statistics then follow each
/// part in turn), or with parameters of their own, as if the parts were channels.
///
/// SparseConvNet's `BatchNormalization` is this layer with `epsilon` 1e-4 and `momentum` 0.01;
/// `BatchNormReLU` and `BatchNormLeakyReLU` are functions that make it with their `leak`.
///
/// Cost: two passes over the features forward, two backward.
public struct BatchNormalization: Layer {
  /// Channels of each site.
  public let channels: Int
  /// Added to the variance before its root is taken.
  public let epsilon: Double
  /// The weight of a new batch in the running statistics.
  public let momentum: Double
  /// Slope for negative values: 0 is ReLU, 1 no activation.
  public let leak: Float

  /// Which sites share mean and variance.
  public let parts: Parts

  /// `[channels]`, ones at first; `[parts × channels]` where parts have their own.
  public let scale: Parameter
  /// As `scale`, zeros at first.
  public let shift: Parameter
  /// As `scale`, zeros at first.
  public let runningMean: Parameter
  /// As `scale`, ones at first.
  public let runningVariance: Parameter

  /// Which sites share mean and variance, and which parameters.
  public enum Parts: Equatable, Sendable {
    /// All do.
    case none
    /// Those of each position on the first axis do; parameters are the same for all.
    case alike
    /// Those of each position on the first axis do, of which there are so many, each with parameters
    /// of its own.
    case own(Int)
  }

  /// A layer with PyTorch's constants and no activation, unless told otherwise.
  public init(
    channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, leak: Float = 1,
    parts: Parts = .none
  ) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
    self.leak = leak
    self.parts = parts
    let count = if case .own(let count) = parts { count } else { 1 }
    let shape = [max(channels, 0) * max(count, 0)]
    scale = Parameter(shape: shape) { 1 }
    shift = Parameter(shape: shape)
    runningMean = Parameter(shape: shape, isTrained: false)
    runningVariance = Parameter(shape: shape, isTrained: false) { 1 }
  }

  /// Scale, shift and running statistics.
  public var ownParameters: [(name: String, parameter: Parameter)] {
    [
      ("scale", scale), ("shift", shift), ("runningMean", runningMean),
      ("runningVariance", runningVariance),
    ]
  }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or an impossible setting.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try check(input, leak: leak)
    return input.with(normalise(input.features, rows: rows(of: input), leak: leak))
  }

  /// Normalises, adds and activates in one: the end of a residual block.
  ///
  /// `leaky(normalised + other)`, with the slope that is given here; the layer's own `leak` has to be
  /// 1, as nothing is activated before the sum. Cost: as without a sum, and two passes over `other`
  /// less than `AddTable` and `LeakyReLU` take after it.
  ///
  /// - Throws: `LayerError` as without a sum, and when sites or channels differ.
  public func callAsFunction(
    _ input: SparseTensor, adding other: SparseTensor, leak sumLeak: Float
  ) throws -> SparseTensor {
    try check(input, leak: sumLeak)
    try check("leak", Double(leak), "1 before a sum", leak == 1)
    try checkSum([input, other])
    return input.with(
      normalise(
        input.features, rows: rows(of: input), adding: other.features, leak: sumLeak))
  }

  private func rows(of input: SparseTensor) -> [[Range<Int>]] {
    parts == .none ? [[0..<input.rows]] : input.sites.rowsAlongFirstAxis()
  }

  private func check(_ input: SparseTensor, leak: Float) throws(LayerError) {
    try check(channels: input.channels, spatialSize: input.spatialSize, leak: leak)
  }

  /// Checks settings, and that an image has the channels and parts the layer was made for.
  package func check(
    channels found: Int, spatialSize: [Int], leak: Float
  ) throws(LayerError) {
    try checkEpsilon(epsilon)
    try check("momentum", momentum, "0 to 1", (0...1).contains(momentum))
    try checkLeak(leak)
    guard found == channels else {
      throw LayerError.channels(layer: description, reads: channels, found: found)
    }
    if case .own(let count) = parts, spatialSize[0] != count {
      throw LayerError.setting(
        layer: description, name: "parts", value: Double(count),
        allowed: "\(spatialSize[0]), the extent of the image's first axis")
    }
  }

  /// With the name SparseConvNet gives it.
  public var description: String {
    switch leak {
    case 1: "BatchNormalization \(channels)"
    case 0: "BatchNormReLU \(channels)"
    default: "BatchNormLeakyReLU \(channels) leak \(leak)"
    }
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// SparseConvNet's batch normalisation followed by a ReLU, with its constants.
public func BatchNormReLU(channels: Int) -> BatchNormalization {
  BatchNormalization(channels: channels, epsilon: 1e-4, momentum: 0.01, leak: 0)
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// SparseConvNet's batch normalisation followed by a leaky ReLU, with its constants.
public func BatchNormLeakyReLU(channels: Int, leak: Float = 0.333) -> BatchNormalization {
  BatchNormalization(channels: channels, epsilon: 1e-4, momentum: 0.01, leak: leak)
}
