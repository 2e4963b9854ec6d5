import Autodiff
import Layers
import Tensors

/// The layers a network is built of, sparse or dense.
///
/// A network written over this protocol is written once: with `SparseConvolutions` it runs on sites,
/// and any other implementation gives it the same parameter names and shapes, so weights move from
/// one to the other. Filters are given per axis; `1×k×k` keeps wire planes apart.
public protocol Convolutions: AnyObject {
  /// What flows between the layers.
  associatedtype Features: LayerFeatures

  /// A convolution that keeps sites and size.
  func submanifold(_ input: Int, _ output: Int, filter: [Int], bias: Bool) -> any Layer<Features>

  /// A convolution to a coarser image.
  func strided(
    _ input: Int, _ output: Int, filter: [Int], stride: [Int], bias: Bool
  ) -> any Layer<Features>

  /// The way back from a strided convolution or pooling of this filter and stride.
  func inverse(
    _ input: Int, _ output: Int, filter: [Int], stride: [Int], bias: Bool
  ) -> any Layer<Features>

  /// A linear map of the channels of each site.
  func linear(_ input: Int, _ output: Int, bias: Bool) -> any Layer<Features>

  /// The largest value of each window.
  func maxPooling(size: [Int], stride: [Int]) -> any Layer<Features>

  /// The way back from a pooling, by copying.
  func unPooling(size: [Int], stride: [Int]) -> any Layer<Features>

  /// The way back from a pooling, between the nearest coarse values of each axis; nothing where a
  /// backend has no such layer.
  func bilinear(size: [Int], stride: [Int]) -> (any Layer<Features>)?

  /// The channels of all planes side by side on one plane, and back again; nothing where a backend has
  /// no such layers.
  func stacking(planes: Int) -> (stack: any Layer<Features>, unstack: any Layer<Features>)?

  /// A bias for each plane.
  func planeBias(_ channels: Int, planes: Int) -> any Layer<Features>

  /// Batch normalisation and a leaky ReLU of slope `leak` (1 for none), of all planes together or of
  /// each for itself.
  func normalization(
    _ channels: Int, epsilon: Double, momentum: Double, leak: Float,
    parts: BatchNormalization.Parts
  ) -> any Layer<Features>

  /// A leaky ReLU.
  func activation(leak: Float) -> any Layer<Features>

  /// The sum of two branches.
  func add(_ left: Features, _ right: Features) throws -> Features

  /// The end of a residual block, `activation(normalization(branch) + skip)`, in as few passes over
  /// the features as can be; layers come with their names in the block.
  func finish(
    _ branch: Features, normalization: NamedLayer<Features>, skip: Features,
    activation: NamedLayer<Features>
  ) throws -> Features

  /// The end of a residual block without normalisation, `activation(convolution(features) + skip)`.
  func finish(
    _ features: Features, convolution: NamedLayer<Features>, skip: Features,
    activation: NamedLayer<Features>
  ) throws -> Features

  /// A layer that, with running statistics, computes what `convolution` and then `next` do; nothing
  /// where a backend, or these two, have none.
  func fold(
    _ next: any Layer<Features>, into convolution: any Layer<Features>
  ) -> (any Layer<Features>)?

  /// The channels of two branches, left first.
  func join(_ left: Features, _ right: Features) throws -> Features

  /// The mean of each event's features, a row for each event; planes have been merged.
  func eventAverage() -> any Layer<Features>

  /// The same features, behind which no gradient goes.
  func detach(_ features: Features) -> Features
}

/// A layer and its name in the part of the network it belongs to.
public typealias NamedLayer<Features: LayerFeatures> = (name: String, layer: any Layer<Features>)

extension Convolutions {
  /// Batch normalisation of all planes together.
  public func normalization(
    _ channels: Int, epsilon: Double, momentum: Double, leak: Float
  ) -> any Layer<Features> {
    normalization(channels, epsilon: epsilon, momentum: momentum, leak: leak, parts: .none)
  }

  /// One layer after the other.
  public func finish(
    _ branch: Features, normalization: NamedLayer<Features>, skip: Features,
    activation: NamedLayer<Features>
  ) throws -> Features {
    try finishStepwise(branch, normalization, skip, activation)
  }

  /// One layer after the other.
  public func finish(
    _ features: Features, convolution: NamedLayer<Features>, skip: Features,
    activation: NamedLayer<Features>
  ) throws -> Features {
    let branch = try convolution.layer(features, named: convolution.name)
    return try activation.layer(add(branch, skip), named: activation.name)
  }

  /// Nothing.
  public func fold(
    _ next: any Layer<Features>, into convolution: any Layer<Features>
  ) -> (any Layer<Features>)? { nil }

  func finishStepwise(
    _ branch: Features, _ normalization: NamedLayer<Features>, _ skip: Features,
    _ activation: NamedLayer<Features>
  ) throws -> Features {
    let normalized = try normalization.layer(branch, named: normalization.name)
    return try activation.layer(add(normalized, skip), named: activation.name)
  }
}

/// The layers over active sites.
public final class SparseConvolutions: Convolutions {
  private var random: RandomStream

  /// Layers whose weights are drawn from a seed: the same seed gives the same network.
  public init(seed: UInt64) {
    random = RandomStream(seed: seed, for: .weights)
  }

  /// `SubmanifoldConvolution`, or `NetworkInNetwork` for a filter of a single offset.
  public func submanifold(
    _ input: Int, _ output: Int, filter: [Int], bias: Bool
  ) -> any Layer<SparseTensor> {
    guard filter.contains(where: { $0 != 1 }) else { return linear(input, output, bias: bias) }
    return SubmanifoldConvolution(
      inputChannels: input, outputChannels: output, filterSize: filter, bias: bias,
      random: &random)
  }

  /// `Convolution`.
  public func strided(
    _ input: Int, _ output: Int, filter: [Int], stride: [Int], bias: Bool
  ) -> any Layer<SparseTensor> {
    Convolution(
      inputChannels: input, outputChannels: output, filterSize: filter, filterStride: stride,
      bias: bias, random: &random)
  }

  /// `Deconvolution`.
  public func inverse(
    _ input: Int, _ output: Int, filter: [Int], stride: [Int], bias: Bool
  ) -> any Layer<SparseTensor> {
    Deconvolution(
      inputChannels: input, outputChannels: output, filterSize: filter, filterStride: stride,
      bias: bias, random: &random)
  }

  /// `NetworkInNetwork`.
  public func linear(_ input: Int, _ output: Int, bias: Bool) -> any Layer<SparseTensor> {
    NetworkInNetwork(inputChannels: input, outputChannels: output, bias: bias, random: &random)
  }

  /// `MaxPooling`.
  public func maxPooling(size: [Int], stride: [Int]) -> any Layer<SparseTensor> {
    MaxPooling(poolSize: size, poolStride: stride)
  }

  /// `UnPooling`.
  public func unPooling(size: [Int], stride: [Int]) -> any Layer<SparseTensor> {
    UnPooling(poolSize: size, poolStride: stride)
  }

  /// Nothing: a site has no neighbours to lie between.
  public func bilinear(size: [Int], stride: [Int]) -> (any Layer<SparseTensor>)? { nil }

  /// Nothing: planes have sites of their own.
  public func stacking(
    planes: Int
  ) -> (stack: any Layer<SparseTensor>, unstack: any Layer<SparseTensor>)? { nil }

  /// `PartBias`.
  public func planeBias(_ channels: Int, planes: Int) -> any Layer<SparseTensor> {
    PartBias(channels: channels, parts: planes)
  }

  /// `BatchNormalization`.
  public func normalization(
    _ channels: Int, epsilon: Double, momentum: Double, leak: Float,
    parts: BatchNormalization.Parts
  ) -> any Layer<SparseTensor> {
    BatchNormalization(
      channels: channels, epsilon: epsilon, momentum: momentum, leak: leak, parts: parts)
  }

  /// `LeakyReLU`.
  public func activation(leak: Float) -> any Layer<SparseTensor> {
    LeakyReLU(leak: leak)
  }

  /// `AddTable` of two.
  public func add(_ left: SparseTensor, _ right: SparseTensor) throws -> SparseTensor {
    try AddTable()([left, right])
  }

  /// `BatchNormalization` with a sum, which does what `LeakyReLU` would do after it; other layers one
  /// after the other.
  public func finish(
    _ branch: SparseTensor, normalization: NamedLayer<SparseTensor>, skip: SparseTensor,
    activation: NamedLayer<SparseTensor>
  ) throws -> SparseTensor {
    guard let first = normalization.layer as? BatchNormalization, first.leak == 1,
      let last = activation.layer as? LeakyReLU
    else { return try finishStepwise(branch, normalization, skip, activation) }
    let sum = NormalizedSum(normalization: first) { try first($0, adding: skip, leak: last.leak) }
    return try Activated(description: last.description)(
      sum(branch, named: normalization.name), named: activation.name)
  }

  /// `FoldedConvolution` with a sum, which does what `LeakyReLU` would do after it; other layers one
  /// after the other.
  public func finish(
    _ features: SparseTensor, convolution: NamedLayer<SparseTensor>, skip: SparseTensor,
    activation: NamedLayer<SparseTensor>
  ) throws -> SparseTensor {
    guard let first = convolution.layer as? FoldedConvolution, first.leak == 1,
      let last = activation.layer as? LeakyReLU
    else {
      let branch = try convolution.layer(features, named: convolution.name)
      return try activation.layer(add(branch, skip), named: activation.name)
    }
    let sum = NormalizedSum(normalization: first) { try first($0, adding: skip, leak: last.leak) }
    return try Activated(description: last.description)(
      sum(features, named: convolution.name), named: activation.name)
  }

  /// `FoldedConvolution`.
  public func fold(
    _ next: any Layer<SparseTensor>, into convolution: any Layer<SparseTensor>
  ) -> (any Layer<SparseTensor>)? { FoldedConvolution(convolution, then: next) }

  /// `JoinTable` of two.
  public func join(_ left: SparseTensor, _ right: SparseTensor) throws -> SparseTensor {
    try JoinTable()([left, right])
  }

  /// `GlobalPooling`.
  public func eventAverage() -> any Layer<SparseTensor> { GlobalPooling(.average) }

  /// The features as an input.
  public func detach(_ features: SparseTensor) -> SparseTensor { features.detached() }
}

/// A normalisation that adds a skip and activates the sum: it keeps its place in what is traced.
struct NormalizedSum<Features: LayerFeatures>: Layer {
  let normalization: any Layer<Features>
  let sum: (Features) throws -> Features

  var ownParameters: [(name: String, parameter: Parameter)] { normalization.ownParameters }

  func callAsFunction(_ branch: Features) throws -> Features { try sum(branch) }

  var description: String { normalization.description }
}

/// An activation that another operator has made already: it keeps its place in what is traced.
struct Activated<Features: LayerFeatures>: Layer {
  let description: String

  func callAsFunction(_ sum: Features) throws -> Features { sum }
}
