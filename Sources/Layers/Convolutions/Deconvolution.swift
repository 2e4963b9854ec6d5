import Autodiff
import Sites
import Tensors

/// Deconvolution, the inverse of a strided convolution: coarse sites in → the sites that the
/// convolution of the same filter came from.
///
/// `output[j · stride + k] = bias + Σ input[j] · weight[k]` over the pairs of that convolution's
/// rulebook, read backwards: exactly the sites that existed come back, no others. That convolution is
/// the last of this filter on the way the features came; a table that joins branches goes on along
/// the way of the first. It also inverts pooling, `FullConvolution`, and convolutions onto given sites. Cost: input × output
/// channels multiply-adds for each pair.
///
/// ```swift
/// let up = Deconvolution(
///   inputChannels: 16, outputChannels: 8, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
///   random: &random)
/// let restored = try up(down(input))  // on the sites of `input`
/// ```
public struct Deconvolution: FilterLayer, FoldableLayer {
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

  /// Convolves back to the finer sites.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` when no convolution or
  ///   pooling of this filter and stride made the input's sites.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try convolve(input, by: filters, ending: nil)
  }

  /// Convolves by filters of this layer's kind.
  package func convolve(
    _ input: SparseTensor, by filters: Filters, ending: FoldedEnding?
  ) throws -> SparseTensor {
    try filters.check(input, layer: self)
    return try input.movedBack(filters.geometry) { rulebook in
      filters.convolve(input.features, rulebook, .inverse, ending: ending)
    }
  }
}
