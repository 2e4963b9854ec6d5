import Autodiff
import Sites
import Tensors

/// Full (transposed) convolution: sites in → all the finer sites that any input reaches.
///
/// `output[i · stride + k] = bias + Σ input[i] · weight[k]`, over every input `i` and offset `k`. Sites
/// are made, not restored: see `Deconvolution` for the way back. Output size: `(input size - 1) ·
/// filterStride + extent`, with `extent = dilation · (filterSize - 1) + 1`. Onto given sites, the
/// output is on those instead. Cost: input × output channels multiply-adds for each pair, of which
/// there are sites × offsets.
///
/// ```swift
/// let grow = FullConvolution(
///   inputChannels: 16, outputChannels: 8, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
///   random: &random)
/// let grown = try grow(coarse)
/// ```
public struct FullConvolution: FilterLayer {
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

  /// Convolves to a new, grown site set.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` for an impossible filter,
  ///   the wrong dimension, or an output too large to be numbered.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.full(input.sites, filters.geometry)
    return input.moved(along: rulebook, filters.convolve(input.features, rulebook, .forward))
  }

  /// Convolves onto given sites of the grown image; one that no input reaches gets the bias alone.
  ///
  /// - Throws: as without given sites, and `SiteError` when they are of another batch or size.
  public func callAsFunction(_ input: SparseTensor, onto sites: SiteSet) throws -> SparseTensor {
    try filters.convolve(input, onto: sites, form: .full, layer: self)
  }
}
