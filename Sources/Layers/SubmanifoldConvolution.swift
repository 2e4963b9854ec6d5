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
public struct SubmanifoldConvolution: Layer {
  /// Channels of each input site.
  public let inputChannels: Int
  /// Channels of each output site.
  public let outputChannels: Int
  /// Extent of the filter along each axis.
  public let filterSize: [Int]

  /// `[filter volume, input channels, output channels]`, offsets row-major.
  public var weight: Parameter { filters.weight }
  /// `[output channels]`, if there is one.
  public var bias: Parameter? { filters.bias }

  private let filters: FilterBank

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], bias: Bool = true,
    random: inout RandomStream
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.filterSize = filterSize
    filters = FilterBank(
      offsets: filterSize.reduce(1, *), inputChannels: inputChannels,
      outputChannels: outputChannels, bias: bias, random: &random)
  }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.parameters }

  /// Convolves.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` for the wrong dimension.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.submanifold(input.sites, filterSize: filterSize)
    return input.with(filters.convolve(input.features, rulebook, .forward))
  }

  /// As SparseConvNet prints it.
  public var description: String {
    "SubmanifoldConvolution \(inputChannels)→\(outputChannels) \(filterText(filterSize))"
  }
}

/// `3×3`.
func filterText(_ extents: [Int]) -> String {
  extents.map(String.init).joined(separator: "×")
}
