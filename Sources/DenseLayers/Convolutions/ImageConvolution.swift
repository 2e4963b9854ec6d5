import Autodiff
import Kernels
import Layers
import Sites
import Tensors

/// A convolution of full images along rows and columns: images in → images out, planes apart.
///
/// The filter is `1×k×k`. It computes what `SubmanifoldConvolution`, `Convolution` and `Deconvolution`
/// do where every pixel is a site, with the same parameters, through oneDNN: see `BandedConvolution`.
/// Cost: filter × input × output channels multiply-adds for each pixel of the coarser image.
public struct ImageConvolution: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// Which of the sparse layers it is on full images.
  public enum Form: String, Sendable {
    /// Size stays, zeros are around the image: `SubmanifoldConvolution`.
    case padded = "SubmanifoldConvolution"
    /// To `(size - filter) / stride + 1`, exactly: `Convolution`.
    case strided = "Convolution"
    /// Back to the size before a strided convolution or pooling: `Deconvolution`.
    case inverse = "Deconvolution"
  }

  /// Which layer it is.
  public let form: Form
  /// Geometry, weight `[filter volume, input channels, output channels]` and bias.
  public let filters: Filters

  private let primitives: ConvolutionPrimitives

  init(_ form: Form, _ filters: Filters, _ primitives: ConvolutionPrimitives) {
    self.form = form
    self.filters = filters
    self.primitives = primitives
  }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.ownParameters }

  /// Convolves.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or an image that the filter does not
  ///   divide.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try filters.check(channels: input.channels, layer: self)
    let (filter, stride) = (filters.geometry.size, filters.geometry.stride)
    let hasOwnWindows = form == .padded ? stride == [1, 1, 1] : stride == filter
    guard filter.count == 3, filter[0] == 1, hasOwnWindows, filters.geometry.volume > 0 else {
      throw LayerError.denseFilter(layer: description)
    }
    switch form {
    case .padded:
      return input.with(convolve(input, size: input.spatialSize))
    case .strided:
      let size = try input.strided(filter: filter, stride: stride, layer: description)
      return try input.moved(
        to: size, filter: filter, stride: stride, convolve(input, size: size))
    case .inverse:
      let step = try input.lastStep(filter: filter, stride: stride, layer: description)
      return input.movedBack(step, convolve(input, size: input.descent[step].spatialSize))
    }
  }

  /// The convolution from this input to images of a size, in the direction of the form.
  private func convolve(_ images: DenseImages, size: [Int]) -> Variable {
    let input = images.features
    let isInverse = form == .inverse
    let fine = isInverse ? size : images.spatialSize
    let banded = BandedConvolution(
      geometry: ImageConvolutionGeometry(
        inputChannels: isInverse ? filters.outputChannels : filters.inputChannels,
        inputRows: fine[1], inputColumns: fine[2],
        outputChannels: isInverse ? filters.inputChannels : filters.outputChannels,
        filter: Array(filters.geometry.size.dropFirst()),
        stride: Array(filters.geometry.stride.dropFirst()), isPadded: form == .padded),
      imageCount: images.imageCount, areChannelsReversed: isInverse, primitives: primitives)
    let rows = images.imageCount * size[1] * size[2]
    let coarsePixels = isInverse ? input.rows : rows
    input.tape.trace?.count(
      multiplyAdds: coarsePixels * filters.weight.count,
      pairs: coarsePixels * filters.geometry.volume, algorithm: "onednn")
    return input.tape.record(rows: rows, channels: filters.outputChannels) { compute in
      let (weight, bias) = (filters.weight.value, filters.bias?.value)
      let output =
        isInverse
        ? banded.backward(input.value, weight: weight, bias: bias, compute)
        : banded.forward(input.value, weight: weight, bias: bias, compute)
      return (output, { pullback(banded, input, outputGradient: $0, compute) })
    }
  }

  private func pullback(
    _ banded: BandedConvolution, _ input: Variable, outputGradient: Tensor, _ compute: Compute
  ) {
    if let bias = filters.bias {
      compute.accumulateColumnSums(of: outputGradient, into: bias.gradient)
    }
    let isInverse = form == .inverse
    banded.accumulateWeightGradient(
      input: isInverse ? outputGradient : input.value,
      outputGradient: isInverse ? input.value : outputGradient, into: filters.weight.gradient,
      compute)
    input.accumulate { compute in
      let weight = filters.weight.value
      return isInverse
        ? banded.forward(outputGradient, weight: weight, bias: nil, compute)
        : banded.backward(outputGradient, weight: weight, bias: nil, compute)
    }
  }

  /// As the sparse layer prints it.
  public var description: String {
    "\(form.rawValue) \(filters.inputChannels)→\(filters.outputChannels) \(filters.geometry)"
  }
}

extension DenseImages {
  /// The size after a filter that has to cover images exactly.
  func strided(filter: [Int], stride: [Int], layer: String) throws(LayerError) -> [Int] {
    var size: [Int] = []
    for axis in 0..<3 {
      let rest = spatialSize[axis] - filter[axis]
      guard rest >= 0, rest % stride[axis] == 0 else {
        throw LayerError.notCovered(layer: layer, spatialSize: spatialSize)
      }
      size.append(rest / stride[axis] + 1)
    }
    return size
  }
}
