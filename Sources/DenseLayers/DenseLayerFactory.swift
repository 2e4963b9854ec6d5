import Layers
import Sites
import Tensors

/// Makes dense layers that share what oneDNN generates for them.
///
/// Weights are drawn as the sparse layers of the same names draw theirs: the same seed and order give
/// both networks the same parameters.
public final class DenseLayerFactory {
  private var random: RandomStream
  private let primitives = ConvolutionPrimitives()
  private let rulebooks = PlaneRulebooks()

  /// Layers whose weights are drawn from a stream.
  public init(random: RandomStream) {
    self.random = random
  }

  /// A convolution along rows and columns, or along planes.
  ///
  /// - Parameters:
  ///   - filter: `1×k×k`, or `p×1×1` with a stride of one; another is refused when it is applied.
  public func convolution(
    _ form: ImageConvolution.Form, _ input: Int, _ output: Int, filter: [Int], stride: [Int]? = nil,
    bias: Bool
  ) -> any Layer<DenseImages> {
    let filters = Filters(
      input, output, FilterGeometry(size: filter, stride: stride), bias: bias, random: &random)
    let isAlongPlanes = filter.first != 1 && filter.dropFirst().allSatisfy { $0 == 1 }
    return isAlongPlanes
      ? PlaneConvolution(form, filters, rulebooks) : ImageConvolution(form, filters, primitives)
  }

  /// A linear map of the channels of each pixel.
  public func linear(_ input: Int, _ output: Int, bias: Bool) -> PixelLinear {
    PixelLinear(
      linear: NetworkInNetwork(
        inputChannels: input, outputChannels: output, bias: bias, random: &random))
  }
}
