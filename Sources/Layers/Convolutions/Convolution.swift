import Autodiff
import Sites
import Tensors

/// Strided convolution: sites in → coarser sites out.
///
/// `output[j] = bias + Σₖ input[j · stride + k] · weight[k]`. Output `j` is active where any input
/// under its window is. Output size: `(input size - extent) / filterStride + 1`, which must be
/// exact, with `extent = dilation · (filterSize - 1) + 1`; there is no padding. Onto given sites, the
/// output is on those instead. Cost: input × output channels multiply-adds for each pair.
///
/// ```swift
/// let down = Convolution(
///   inputChannels: 8, outputChannels: 16, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
///   random: &random)
/// ```
public struct Convolution: FilterLayer, FoldableLayer {
  /// Geometry, weight and bias.
  public let filters: Filters

  /// A layer with fresh weights from `random`; by default the filter is a box of neighbours, and
  /// every output channel reads every input channel.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], filterStride: [Int],
    dilation: [Int]? = nil, shape: FilterGeometry.Shape = .box, groups: Int = 1, bias: Bool = true,
    random: inout RandomStream
  ) {
    filters = Filters(
      inputChannels, outputChannels,
      FilterGeometry(size: filterSize, stride: filterStride, dilation: dilation, shape: shape),
      groups: groups,
      bias: bias, random: &random)
  }

  /// Convolves to a new, coarser site set.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` when the filter does not
  ///   divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try convolve(input, by: filters, ending: nil)
  }

  /// Convolves by filters of this layer's kind.
  package func convolve(
    _ input: SparseTensor, by filters: Filters, ending: FoldedEnding?
  ) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.strided(input.sites, filters.geometry)
    return input.moved(
      along: rulebook, filters.convolve(input.features, rulebook, .forward, ending: ending))
  }

  /// Convolves onto given sites of the coarser image; one without an input gets the bias alone.
  ///
  /// - Throws: as without given sites, and `SiteError` when they are of another batch or size.
  public func callAsFunction(_ input: SparseTensor, onto sites: SiteSet) throws -> SparseTensor {
    try filters.convolve(input, onto: sites, form: .strided, layer: self)
  }
}
