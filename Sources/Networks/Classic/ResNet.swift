import Layers

/// One group of equal residual blocks of a `resNet`.
public struct ResNetStage: Hashable, Sendable {
  /// Channels of the stage.
  public let channels: Int
  /// Number of residual blocks.
  public let blocks: Int
  /// Stride of the first block: 1 keeps the sites, 2 halves an image of odd size.
  public let stride: Int

  /// A stage of at least one block.
  public init(channels: Int, blocks: Int, stride: Int) {
    self.channels = channels
    self.blocks = blocks
    self.stride = stride
  }
}

extension Convolutions {
  /// SparseConvNet's `SparseResNet`, pre-activated: sites in → sites as much coarser as the stages'
  /// strides say.
  ///
  /// Strides above one use windows of three: the size must be odd, `stride · n + 1`. (He et al.,
  /// arXiv:1603.05027.)
  ///
  /// ```swift
  /// let features = SparseConvolutions(seed: 1).resNet(
  ///   dimension: 2, inputChannels: 8,
  ///   stages: [
  ///     ResNetStage(channels: 8, blocks: 2, stride: 1),
  ///     ResNetStage(channels: 16, blocks: 2, stride: 2),
  ///   ])
  /// ```
  public func resNet(
    dimension: Int, inputChannels: Int, stages: [ResNetStage]
  ) -> Sequential<Features> {
    let make = ClassicLayers(backend: self, dimension: dimension)
    var channels = inputChannels
    var layers: [any Layer<Features>] = []
    for stage in stages where stage.blocks > 0 {
      layers += [make.normalization(channels), make.firstBlock(channels, stage)]
      channels = stage.channels
      layers += (1..<stage.blocks).map { _ in make.block(channels, channels, residual: true) }
    }
    return Sequential(numbered: layers + [make.normalization(channels)])
  }
}

extension ClassicLayers {
  /// The block that changes channels and size; its input is normalised already.
  fileprivate func firstBlock(_ input: Int, _ stage: ResNetStage) -> Step {
    let output = stage.channels
    let scaling = Downsampling(size: 3, stride: stage.stride)
    let isStrided = stage.stride != 1
    return add(
      Sequential(
        isStrided ? down(input, output, scaling) : submanifold(input, output),
        normalization(output), submanifold(output, output)),
      isStrided
        ? down(input, output, scaling) : input == output ? identity : linear(input, output))
  }
}
