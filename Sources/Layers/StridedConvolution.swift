import Autodiff
import Sites
import Tensors

/// Strided convolution: sites in → coarser sites out.
///
/// `output[j] = bias + Σₖ input[j · stride + k] · weight[k]`. Output `j` is active where any input
/// under its window is. Output size: `(input size - filterSize) / filterStride + 1`, which must be
/// exact; there is no padding. Cost: input × output channels multiply-adds for each pair.
///
/// ```swift
/// let down = Convolution(
///   inputChannels: 8, outputChannels: 16, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
///   random: &random)
/// ```
public struct Convolution: FilterLayer {
  /// Geometry, weight and bias.
  public let filters: Filters

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], filterStride: [Int],
    bias: Bool = true, random: inout RandomStream
  ) {
    filters = Filters(
      inputChannels, outputChannels, size: filterSize, stride: filterStride, bias: bias,
      random: &random)
  }

  /// Convolves to a new, coarser site set.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` when the filter does not
  ///   divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.strided(
      input.sites, filterSize: filters.size, stride: filters.stride)
    return SparseTensor(
      sites: rulebook.outputSites, features: filters.convolve(input.features, rulebook, .forward),
      plan: input.plan)
  }
}

/// Deconvolution, the inverse of a strided convolution: coarse sites in → the sites that the
/// convolution of the same filter and stride came from.
///
/// `output[j · stride + k] = bias + Σ input[j] · weight[k]` over the pairs of that convolution's
/// rulebook, read backwards: exactly the sites that existed come back, no others. Cost: input ×
/// output channels multiply-adds for each pair.
///
/// ```swift
/// let up = Deconvolution(
///   inputChannels: 16, outputChannels: 8, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
///   random: &random)
/// let restored = try up(down(input))  // on the sites of `input`
/// ```
public struct Deconvolution: FilterLayer {
  /// Geometry, weight and bias.
  public let filters: Filters

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], filterStride: [Int],
    bias: Bool = true, random: inout RandomStream
  ) {
    filters = Filters(
      inputChannels, outputChannels, size: filterSize, stride: filterStride, bias: bias,
      random: &random)
  }

  /// Convolves back to the finer sites.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` when no convolution or
  ///   pooling of this filter and stride made the input's sites.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.inverse(
      of: input.sites, filterSize: filters.size, stride: filters.stride)
    return SparseTensor(
      sites: rulebook.inputSites, features: filters.convolve(input.features, rulebook, .inverse),
      plan: input.plan)
  }
}
