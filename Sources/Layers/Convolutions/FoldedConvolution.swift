import Autodiff
import Kernels
import Tensors

/// What becomes of a folded convolution's result: features are added, and a leaky ReLU applied.
package struct FoldedEnding {
  /// What is added before the activation, if anything.
  package let addend: Variable?
  /// Slope for negative values.
  package let leak: Float

  /// The same on the rows that a kernel writes.
  var ofRows: ConvolutionEnding { ConvolutionEnding(adding: addend?.value, leak: leak) }
}

/// A convolution that can take over what a normalisation behind it does.
package protocol FoldableLayer: FilterLayer {
  /// Applies the layer with other filters of its geometry, and an ending.
  func convolve(
    _ input: SparseTensor, by filters: Filters, ending: FoldedEnding?
  ) throws -> SparseTensor
}

/// A convolution with the batch normalisation and the activation behind it in one, for networks that
/// are applied: sites in → the convolution's sites out.
///
/// Running statistics are constants, so `leaky(scale · (x - mean) / √(variance + epsilon) + shift)`
/// of a convolution is one with scaled weights and another bias, and the activation is applied while
/// rows are in the cache. Values differ from the two layers' by rounding. Nothing can be trained.
///
/// Cost: the convolution's. What is folded is copied: later changes of the layers are not seen.
public struct FoldedConvolution: Layer {
  /// The slope of the activation; 1 for none.
  public let leak: Float

  private let layer: any FoldableLayer
  private let filters: Filters

  /// A convolution and the layer behind it in one: a normalisation by the same numbers on all sites,
  /// or an activation.
  ///
  /// Nothing for other layers.
  public init?(_ layer: any Layer<SparseTensor>, then next: any Layer<SparseTensor>) {
    let earlier = layer as? FoldedConvolution
    guard let foldable = earlier?.layer ?? layer as? any FoldableLayer, earlier?.leak ?? 1 == 1,
      foldable.filters.groups == 1
    else { return nil }
    let filters = earlier?.filters ?? foldable.filters
    switch next {
    case let normalization as BatchNormalization:
      guard normalization.channels == filters.outputChannels,
        let map = normalization.runningMap
      else { return nil }
      self.init(foldable, filters.mapped(by: map), leak: normalization.leak)
    case let activation as LeakyReLU:
      self.init(foldable, filters, leak: activation.leak)
    default:
      return nil
    }
  }

  private init(_ layer: any FoldableLayer, _ filters: Filters, leak: Float) {
    self.layer = layer
    self.filters = filters
    self.leak = leak
  }

  /// Scaled weight, and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.ownParameters }

  /// Convolves, normalises and activates.
  ///
  /// - Throws: what the convolution throws; `LayerError` on a tape that trains, or that normalises by
  ///   a batch's own statistics.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try convolve(input, FoldedEnding(addend: nil, leak: leak))
  }

  /// Convolves, normalises, adds and activates: the end of a residual block.
  ///
  /// - Parameter sumLeak: the slope after the sum; the layer's own has to be 1.
  /// - Throws: as without a sum, and `LayerError` when shapes differ.
  public func callAsFunction(
    _ input: SparseTensor, adding other: SparseTensor, leak sumLeak: Float
  ) throws -> SparseTensor {
    try check("leak", Double(leak), "1 before a sum", leak == 1)
    try checkOneTape([input, other], layer: description)
    guard other.channels == filters.outputChannels else {
      throw LayerError.unequalChannels(
        layer: description, channels: [filters.outputChannels, other.channels])
    }
    guard layer is SubmanifoldConvolution || layer is NetworkInNetwork,
      input.sites.hasSameSites(as: other.sites)
    else {
      throw LayerError.differentSites(
        layer: description, first: input.sites.shape, other: other.sites.shape)
    }
    return try convolve(input, FoldedEnding(addend: other.features, leak: sumLeak))
  }

  private func convolve(
    _ input: SparseTensor, _ ending: FoldedEnding
  ) throws -> SparseTensor {
    try checkLeak(ending.leak)
    guard input.tape.purpose != .training, input.tape.statistics == .running else {
      throw LayerError.folded(layer: description)
    }
    return try layer.convolve(input, by: filters, ending: ending)
  }

  /// The convolution's, and the activation.
  public var description: String {
    "\(layer.description), folded" + (leak == 1 ? "" : leak == 0 ? ", ReLU" : ", leak \(leak)")
  }
}

/// What is done to each channel of a convolution's result: multiplied, then added to.
struct ChannelMap {
  let factor: [Double]
  let shift: [Double]
}

extension BatchNormalization {
  /// What normalisation by running statistics does before its activation; nothing where parts of the
  /// image have numbers of their own.
  var runningMap: ChannelMap? {
    if case .own = parts { return nil }
    let channels = 0..<scale.count
    func values(_ parameter: Parameter) -> [Double] { parameter.value.array.map(Double.init) }
    let (scales, shifts) = (values(scale), values(shift))
    let (means, variances) = (values(runningMean), values(runningVariance))
    let factor = channels.map { scales[$0] / (variances[$0] + epsilon).squareRoot() }
    return ChannelMap(
      factor: factor, shift: channels.map { shifts[$0] - means[$0] * factor[$0] })
  }
}

extension Filters {
  /// The filters that make what a map makes of these ones' results.
  func mapped(by map: ChannelMap) -> Filters {
    let weights = weight.value.array
    let biases = bias?.value.array.map(Double.init)
    var (index, channel) = (0, 0)
    let scaled = Parameter(shape: weight.shape, isTrained: false) {
      defer { (index, channel) = (index + 1, (index + 1) % outputChannels) }
      return Float(Double(weights[index]) * map.factor[channel])
    }
    var biasChannel = 0
    let shifted = Parameter(shape: [outputChannels], isTrained: false) {
      defer { biasChannel += 1 }
      return Float(
        (biases?[biasChannel] ?? 0) * map.factor[biasChannel] + map.shift[biasChannel])
    }
    return Filters(like: self, weight: scaled, bias: shifted)
  }
}
