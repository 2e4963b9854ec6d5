import Autodiff
import Layers
import Reference
import Sites
import Tensors

extension FormProblem {
  /// The production layer.
  func production() -> any Layer<SparseTensor> {
    let (size, stride) = (filter.size, filter.stride)
    let (dilation, shape) = (filter.dilation, FilterGeometry.Shape(filter.kind))
    var random = RandomStream(seed: 1, stream: 0)
    switch layer {
    case .submanifold, .submanifoldOnto:
      return SubmanifoldConvolution(
        inputChannels: inputChannels, outputChannels: outputChannels, filterSize: size,
        dilation: dilation, shape: shape, random: &random)
    case .strided, .stridedOnto:
      return Convolution(
        inputChannels: inputChannels, outputChannels: outputChannels, filterSize: size,
        filterStride: stride, dilation: dilation, shape: shape, random: &random)
    case .full, .fullOnto:
      return FullConvolution(
        inputChannels: inputChannels, outputChannels: outputChannels, filterSize: size,
        filterStride: stride, dilation: dilation, shape: shape, random: &random)
    case .inverseOfStrided, .inverseOfFull, .inverseOfGiven:
      return Deconvolution(
        inputChannels: inputChannels, outputChannels: outputChannels, filterSize: size,
        filterStride: stride, dilation: dilation, shape: shape, random: &random)
    case .maximum:
      return MaxPooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape)
    case .sum:
      return SumPooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape)
    case .average, .activeAverage:
      return AveragePooling(
        poolSize: size, poolStride: stride, dilation: dilation, shape: shape,
        countingActiveOnly: layer == .activeAverage)
    case .unPooling:
      return UnPooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape)
    }
  }

  /// Applies a layer, onto the problem's output sites where they are given.
  func apply(_ layer: any Layer<SparseTensor>, to input: SparseTensor) throws -> SparseTensor {
    guard isOnto else { return try layer(input) }
    switch layer {
    case let layer as SubmanifoldConvolution: return try layer(input, onto: outputSet())
    case let layer as Convolution: return try layer(input, onto: outputSet())
    case let layer as FullConvolution: return try layer(input, onto: outputSet())
    default: return try layer(input)
    }
  }
}
