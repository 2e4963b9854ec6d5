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
        inputChannels: Self.inputChannels, outputChannels: outputChannels, filterSize: size,
        dilation: dilation, shape: shape, random: &random)
    case .strided, .stridedOnto:
      return Convolution(
        inputChannels: Self.inputChannels, outputChannels: outputChannels, filterSize: size,
        filterStride: stride, dilation: dilation, shape: shape, random: &random)
    case .full, .fullOnto:
      return FullConvolution(
        inputChannels: Self.inputChannels, outputChannels: outputChannels, filterSize: size,
        filterStride: stride, dilation: dilation, shape: shape, random: &random)
    case .inverseOfStrided, .inverseOfFull, .inverseOfGiven:
      return Deconvolution(
        inputChannels: Self.inputChannels, outputChannels: outputChannels, filterSize: size,
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

  /// What production computes from random numbers, forward and backward.
  struct Pass {
    let features: [[Double]]
    let weight: [Double]
    let bias: [Double]
    let outputGradient: [[Double]]
    let sites: SiteSet
    let output: Tensor
    let inputGradient: Tensor
    let weightGradient: [Double]
    let biasGradient: [Double]

    init(_ problem: FormProblem, threads: Int = 2) throws {
      var random = SplitMix(seed: 11)
      features = random.rows(problem.input.count, channels: FormProblem.inputChannels)
      weight = random.values(problem.weightCount)
      bias = random.values(problem.biasCount)
      let layer = problem.production()
      let parameters = layer.trainedParameters
      if let first = parameters.first { first.set(weight) }
      if parameters.count > 1 { parameters[1].set(bias) }
      let pass = try LayerPass(
        tensor(features, channels: FormProblem.inputChannels), plan: problem.plan(),
        threads: threads
      ) { try problem.apply(layer, to: $0) }
      sites = pass.output.sites
      output = pass.output.features.value
      outputGradient = random.rows(output.rows, channels: output.channels)
      inputGradient = try pass.inputGradient(
        from: tensor(outputGradient, channels: output.channels))
      weightGradient = parameters.first?.gradientDoubles ?? []
      biasGradient = parameters.count > 1 ? parameters[1].gradientDoubles : []
    }
  }
}
