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
public struct Convolution: Layer {
  /// Channels of each input site.
  public let inputChannels: Int
  /// Channels of each output site.
  public let outputChannels: Int
  /// Extent of the filter along each axis.
  public let filterSize: [Int]
  /// Step of the filter along each axis.
  public let filterStride: [Int]

  /// `[filter volume, input channels, output channels]`, offsets row-major.
  public var weight: Parameter { filters.weight }
  /// `[output channels]`, if there is one.
  public var bias: Parameter? { filters.bias }

  private let filters: FilterBank

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], filterStride: [Int],
    bias: Bool = true, random: inout RandomStream
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.filterSize = filterSize
    self.filterStride = filterStride
    filters = FilterBank(
      offsets: filterSize.reduce(1, *), inputChannels: inputChannels,
      outputChannels: outputChannels, bias: bias, random: &random)
  }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.parameters }

  /// Convolves to a new, coarser site set.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` when the filter does not
  ///   divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.strided(
      input.sites, filterSize: filterSize, stride: filterStride)
    return SparseTensor(
      sites: rulebook.outputSites, features: filters.convolve(input.features, rulebook, .forward),
      plan: input.plan)
  }

  /// As SparseConvNet prints it.
  public var description: String {
    "Convolution \(inputChannels)→\(outputChannels) \(filterText(filterSize))/"
      + filterText(filterStride)
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
public struct Deconvolution: Layer {
  /// Channels of each input site.
  public let inputChannels: Int
  /// Channels of each output site.
  public let outputChannels: Int
  /// Extent of the filter along each axis.
  public let filterSize: [Int]
  /// Step of the filter along each axis.
  public let filterStride: [Int]

  /// `[filter volume, input channels, output channels]`, offsets row-major.
  public var weight: Parameter { filters.weight }
  /// `[output channels]`, if there is one.
  public var bias: Parameter? { filters.bias }

  private let filters: FilterBank

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, filterSize: [Int], filterStride: [Int],
    bias: Bool = true, random: inout RandomStream
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.filterSize = filterSize
    self.filterStride = filterStride
    filters = FilterBank(
      offsets: filterSize.reduce(1, *), inputChannels: inputChannels,
      outputChannels: outputChannels, bias: bias, random: &random)
  }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.parameters }

  /// Convolves back to the finer sites.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, `SiteError` when no convolution or
  ///   pooling of this filter and stride made the input's sites.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try filters.check(input, layer: self)
    let rulebook = try input.plan.inverse(
      of: input.sites, filterSize: filterSize, stride: filterStride)
    return SparseTensor(
      sites: rulebook.inputSites, features: filters.convolve(input.features, rulebook, .inverse),
      plan: input.plan)
  }

  /// As SparseConvNet prints it.
  public var description: String {
    "Deconvolution \(inputChannels)→\(outputChannels) \(filterText(filterSize))/"
      + filterText(filterStride)
  }
}
