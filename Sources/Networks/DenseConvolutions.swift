import Autodiff
import DenseLayers
import Layers
import Tensors

/// The layers over full images.
///
/// Of the same seed as `SparseConvolutions`, a network has the same parameters: names, shapes and values.
/// Filters are `1×k×k`, or `p×1×1` where planes meet.
public final class DenseConvolutions: Convolutions {
  private let make: DenseLayerFactory

  /// Layers whose weights are drawn from a seed: the same seed gives the same network.
  public init(seed: UInt64) {
    make = DenseLayerFactory(random: RandomStream(seed: seed, for: .weights))
  }

  /// `ImageConvolution` or `PlaneConvolution` with zeros around the image, or `PixelLinear` for a filter
  /// of a single offset.
  public func submanifold(
    _ input: Int, _ output: Int, filter: [Int], bias: Bool
  ) -> any Layer<DenseImages> {
    guard filter.contains(where: { $0 != 1 }) else { return linear(input, output, bias: bias) }
    return make.convolution(.padded, input, output, filter: filter, bias: bias)
  }

  /// `ImageConvolution` or `PlaneConvolution`.
  public func strided(
    _ input: Int, _ output: Int, filter: [Int], stride: [Int], bias: Bool
  ) -> any Layer<DenseImages> {
    make.convolution(.strided, input, output, filter: filter, stride: stride, bias: bias)
  }

  /// `ImageConvolution` or `PlaneConvolution`, backwards.
  public func inverse(
    _ input: Int, _ output: Int, filter: [Int], stride: [Int], bias: Bool
  ) -> any Layer<DenseImages> {
    make.convolution(.inverse, input, output, filter: filter, stride: stride, bias: bias)
  }

  /// `PixelLinear`.
  public func linear(_ input: Int, _ output: Int, bias: Bool) -> any Layer<DenseImages> {
    make.linear(input, output, bias: bias)
  }

  /// `ImageMaxPooling`, whose stride is its size.
  public func maxPooling(size: [Int], stride: [Int]) -> any Layer<DenseImages> {
    ImageMaxPooling(window: size, stride: stride)
  }

  /// `ImageUnPooling`, whose stride is its size.
  public func unPooling(size: [Int], stride: [Int]) -> any Layer<DenseImages> {
    ImageUnPooling(window: size, stride: stride)
  }

  /// `BilinearDoubling`.
  public func bilinear(size: [Int], stride: [Int]) -> (any Layer<DenseImages>)? {
    size == [1, 2, 2] && stride == size ? BilinearDoubling() : nil
  }

  /// `StackedPlanes` and `UnstackedPlanes`.
  public func stacking(
    planes: Int
  ) -> (stack: any Layer<DenseImages>, unstack: any Layer<DenseImages>)? {
    (StackedPlanes(planes: planes), UnstackedPlanes(planes: planes))
  }

  /// `PlaneBias`.
  public func planeBias(_ channels: Int, planes: Int) -> any Layer<DenseImages> {
    PlaneBias(bias: PartBias(channels: channels, parts: planes))
  }

  /// `PixelNormalization`.
  public func normalization(
    _ channels: Int, epsilon: Double, momentum: Double, leak: Float,
    parts: BatchNormalization.Parts
  ) -> any Layer<DenseImages> {
    PixelNormalization(
      normalization: BatchNormalization(
        channels: channels, epsilon: epsilon, momentum: momentum, leak: leak, parts: parts))
  }

  /// `PixelActivation`.
  public func activation(leak: Float) -> any Layer<DenseImages> {
    PixelActivation(activation: LeakyReLU(leak: leak))
  }

  /// The sum of two images.
  public func add(_ left: DenseImages, _ right: DenseImages) throws -> DenseImages {
    try left.adding(right)
  }

  /// The channels of two images.
  public func join(_ left: DenseImages, _ right: DenseImages) throws -> DenseImages {
    try left.joining(right)
  }

  /// `EventAverage`.
  public func eventAverage() -> any Layer<DenseImages> { EventAverage() }

  /// The images as an input.
  public func detach(_ features: DenseImages) -> DenseImages { features.detached() }

  /// Normalisation, sum and activation in one; other layers one after the other.
  public func finish(
    _ branch: DenseImages, normalization: NamedLayer<DenseImages>, skip: DenseImages,
    activation: NamedLayer<DenseImages>
  ) throws -> DenseImages {
    guard let first = normalization.layer as? PixelNormalization, first.normalization.leak == 1,
      let last = activation.layer as? PixelActivation
    else { return try finishStepwise(branch, normalization, skip, activation) }
    let sum = NormalizedSum(normalization: first) {
      try first($0, adding: skip, leak: last.activation.leak)
    }
    return try Activated(description: last.description)(
      sum(branch, named: normalization.name), named: activation.name)
  }
}
