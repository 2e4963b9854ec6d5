import Autodiff
import Sites
import Tensors

/// Submanifold convolution: sites in → the same sites out.
///
/// `output[o] = bias + Σₖ input[o + k - filterSize / 2] · weight[k]` over the offsets `k` at which
/// there is a site (Graham and van der Maaten, arXiv:1706.01307). Features do not spread to
/// neighbouring pixels, so depth does not cost sparsity. The spatial size stays; an even size leans
/// to the low side. With a dilation the offsets are that many sites apart; a cross or chosen cells
/// leave offsets out. Onto given sites, the output is on those instead.
///
/// With `groups`, group g of the output channels reads group g of the input channels only, as in
/// PyTorch; as many groups as channels is a depthwise convolution.
///
/// Cost: input × output channels / groups multiply-adds for each pair of neighbours. A depthwise one
/// is bound by the rows it moves, so its time falls far less than its multiply-adds.
///
/// ```swift
/// var random = RandomStream(seed: 1, stream: 0)
/// let layer = SubmanifoldConvolution(
///   inputChannels: 1, outputChannels: 8, filterSize: [1, 3, 3], random: &random)
/// let output = try layer(input)
/// ```
public struct SubmanifoldConvolution: FilterLayer, FoldableLayer {
  /// Geometry, weight and bias.
  public let filters: Filters

  /// A layer with fresh weights from `random`; by default the filter is a box of neighbours, and
  /// every output channel reads every input channel.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], dilation: [Int]? = nil,
    shape: FilterGeometry.Shape = .box, groups: Int = 1, bias: Bool = true,
    random: inout RandomStream
  ) {
    filters = Filters(
      inputChannels, outputChannels,
      FilterGeometry(size: filterSize, dilation: dilation, shape: shape), groups: groups,
      bias: bias,
      random: &random)
  }

  /// Convolves.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` for an impossible filter
  ///   or the wrong dimension.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try convolve(input, by: filters, ending: nil)
  }

  /// Convolves by filters of this layer's kind.
  package func convolve(
    _ input: SparseTensor, by filters: Filters, ending: FoldedEnding?
  ) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.submanifold(input.sites, filters.geometry)
    return input.with(filters.convolve(input.features, rulebook, .forward, ending: ending))
  }

  /// Convolves onto given sites of the same image; one without a neighbour gets the bias alone.
  ///
  /// - Throws: as without given sites, and `SiteError` when they are of another batch or size.
  public func callAsFunction(_ input: SparseTensor, onto sites: SiteSet) throws -> SparseTensor {
    try filters.convolve(input, onto: sites, form: .submanifold, layer: self)
  }
}
