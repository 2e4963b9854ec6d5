import Autodiff
import Sites
import Tensors

/// Submanifold convolution: sites in → the same sites out.
///
/// `output[o] = bias + Σₖ input[o + k - filterSize / 2] · weight[k]` over the offsets `k` at which
/// there is a site (Graham and van der Maaten, arXiv:1706.01307). Features do not spread to
/// neighbouring pixels, so depth does not cost sparsity. The spatial size stays; an even extent
/// leans to the low side.
///
/// Cost: input × output channels multiply-adds for each pair of neighbours.
///
/// ```swift
/// var random = RandomStream(seed: 1, stream: 0)
/// let layer = SubmanifoldConvolution(
///   inputChannels: 1, outputChannels: 8, filterSize: [1, 3, 3], random: &random)
/// let output = try layer(input)
/// ```
public struct SubmanifoldConvolution: FilterLayer {
  /// Geometry, weight and bias.
  public let filters: Filters

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], bias: Bool = true,
    random: inout RandomStream
  ) {
    filters = Filters(
      inputChannels, outputChannels, size: filterSize,
      stride: [Int](repeating: 1, count: filterSize.count), bias: bias, random: &random)
  }

  /// Convolves.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` for the wrong dimension.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.submanifold(input.sites, filterSize: filters.size)
    return input.with(filters.convolve(input.features, rulebook, .forward))
  }
}
