import Layers

/// The parts that a UResNet's switches choose.
extension BlockBuilder {
  static var halving: [Int] { [1, 2, 2] }

  func initial() -> Sequential<Features> {
    let size = configuration.initialFilterSize
    return block(
      backend.submanifold(
        configuration.inputChannels, configuration.initialFilters, filter: [1, size, size],
        bias: configuration.bias),
      channels: configuration.initialFilters, activated: configuration.initialActivation)
  }

  func downsample(_ input: Int, _ output: Int) -> Sequential<Features> {
    switch configuration.downsampling {
    case .convolutional:
      block(
        backend.strided(
          input, output, filter: Self.halving, stride: Self.halving, bias: configuration.bias),
        channels: output, leak: configuration.leakOfScaling)
    case .maxPooling:
      scaled(
        ("pooling", backend.maxPooling(size: Self.halving, stride: Self.halving)), input, output)
    }
  }

  func upsample(
    _ input: Int, _ output: Int
  ) throws(NetworkError) -> Sequential<Features> {
    switch configuration.upsampling {
    case .convolutional:
      return block(
        backend.inverse(
          input, output, filter: Self.halving, stride: Self.halving, bias: configuration.bias),
        channels: output, leak: configuration.leakOfScaling)
    case .interpolation:
      return scaled(
        ("unpooling", backend.unPooling(size: Self.halving, stride: Self.halving)), input, output)
    case .bilinear:
      guard let layer = backend.bilinear(size: Self.halving, stride: Self.halving) else {
        throw .setting(
          name: "upsampling", value: "bilinear", allowed: "convolutional or nearest on sites")
      }
      return scaled(("interpolation", layer), input, output)
    }
  }

  /// A change of size without parameters, and the 1×1 convolution that changes the channels.
  private func scaled(_ scaling: Named, _ input: Int, _ output: Int) -> Sequential<Features> {
    let channels = backend.linear(input, output, bias: configuration.bias)
    return Sequential([scaling, ("block", block(channels, channels: output))])
  }

  func join(_ channels: Int) -> Sequential<Features> {
    guard configuration.connections == .concat else { return Sequential([]) }
    return block(
      backend.linear(2 * channels, channels, bias: configuration.bias), channels: channels,
      activated: configuration.joinActivation)
  }

  /// The bottom: planes meet here, and only here.
  func deepest() throws(NetworkError) -> Sequential<Features> {
    let outer = configuration.channels(level: configuration.depth)
    let inner = configuration.deepestChannels
    let allPlanes = [configuration.planes, 1, 1]
    let bias = configuration.bias
    let ends: (any Layer<Features>, any Layer<Features>)
    switch configuration.deepest {
    case .none:
      return Sequential([])
    case .stacked:
      guard let layers = backend.stacking(planes: configuration.planes) else {
        throw .setting(name: "deepest", value: "stacked", allowed: "merged or convolved on sites")
      }
      return Sequential([
        ("stack", layers.stack), ("blocks", deepestBlocks(inner)), ("unstack", layers.unstack),
      ])
    case .merged:
      ends = (
        backend.strided(outer, inner, filter: allPlanes, stride: [1, 1, 1], bias: bias),
        backend.inverse(
          inner, outer, filter: allPlanes, stride: [1, 1, 1],
          bias: bias && configuration.splitScope == .allPlanes)
      )
    case .convolved:
      ends = (
        backend.submanifold(outer, inner, filter: [3, 1, 1], bias: bias),
        backend.submanifold(inner, outer, filter: [3, 1, 1], bias: bias)
      )
    case .perPlane:
      guard inner != outer || configuration.bottleneckDeepest != nil else {
        return Sequential([("blocks", deepestBlocks(inner))])
      }
      ends = (
        backend.linear(outer, inner, bias: bias), backend.linear(inner, outer, bias: bias)
      )
    }
    let isActivated = configuration.mergeActivation
    return Sequential([
      ("merge", block(ends.0, channels: inner, activated: isActivated)),
      ("blocks", deepestBlocks(inner)),
      (
        "split",
        configuration.deepest == .merged && configuration.splitScope == .eachPlane
          ? splitBlock(ends.1, channels: outer, activated: isActivated)
          : block(ends.1, channels: outer, activated: isActivated)
      ),
    ])
  }

  private func deepestBlocks(_ channels: Int) -> Sequential<Features> {
    series(
      configuration.blocksDeepest, channels: channels, filter: configuration.filterSizeDeepest)
  }
}

/// The heads.
extension BlockBuilder {
  /// Planes merge, blocks, and the mean of the scores of each event's sites.
  func classification() -> Sequential<Features>? {
    let head = configuration.classification
    guard head.isActive else { return nil }
    let planes = [configuration.planes, 1, 1]
    return Sequential([
      (
        "merge",
        backend.strided(
          configuration.channels(level: configuration.depth), head.filters, filter: planes,
          stride: [1, 1, 1], bias: configuration.bias)
      ),
      ("blocks", series(head.blocks, channels: head.filters, filter: 3)),
      (
        "linear",
        backend.linear(
          head.filters, UResNetConfiguration.ClassificationHead.classes, bias: configuration.bias)
      ),
      ("pooling", backend.eventAverage()),
    ])
  }

  /// Blocks on every site of a level.
  func vertex() -> Sequential<Features>? {
    let head = configuration.vertex
    guard head.isActive else { return nil }
    return Sequential([
      (
        "input",
        backend.linear(
          configuration.channels(level: configuration.vertexLevel), head.filters,
          bias: configuration.bias)
      ),
      ("blocks", series(head.blocks, channels: head.filters, filter: 3)),
      (
        "linear",
        backend.linear(
          head.filters, UResNetConfiguration.VertexHead.scores, bias: configuration.bias)
      ),
    ])
  }
}
