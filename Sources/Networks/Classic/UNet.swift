import Layers

extension Convolutions {
  /// SparseConvNet's `UNet`: sites in → the same sites out, with as many channels as in.
  ///
  /// On every level `repetitions` blocks, a strided convolution down, the levels below, the inverse
  /// convolution up, the skip connection joined, and `repetitions` blocks again, though at least the
  /// one that brings the joined channels back to the level's own. The last level has no way down.
  /// (Ronneberger et al., arXiv:1505.04597; Graham et al., arXiv:1711.10275.)
  ///
  /// ```swift
  /// let backend = SparseConvolutions(seed: 1)
  /// let network = Sequential(
  ///   backend.submanifold(1, 16, filter: [3, 3, 3], bias: false),
  ///   backend.unet(dimension: 3, repetitions: 2, channels: [16, 32, 48], residual: true),
  ///   backend.linear(16, 5, bias: true))
  /// ```
  ///
  /// - Parameters:
  ///   - dimension: axes of the image.
  ///   - repetitions: blocks of a level, on the way down and again on the way up.
  ///   - channels: of each level, finest first; the input has the first.
  ///   - residual: whether blocks are residual ones.
  ///   - downsampling: the window between levels.
  ///   - leak: slope of the activations for negative values.
  public func unet(
    dimension: Int, repetitions: Int, channels: [Int], residual: Bool = false,
    downsampling: Downsampling = .halving, leak: Float = 0
  ) -> Sequential<Features> {
    Pyramid(
      make: ClassicLayers(backend: self, dimension: dimension, leak: leak),
      repetitions: repetitions, residual: residual, downsampling: downsampling,
      wayBack: .convolving
    ).levels(channels[...])
  }

  /// SparseConvNet's `FullyConvolutionalNet`: sites in → the same sites out, with the channels of all
  /// levels joined.
  ///
  /// A pyramid whose every level is brought back to the input's sites by copying. (Long et al.,
  /// arXiv:1411.4038.) Parameters as those of `unet`; the output has the sum of `channels`.
  ///
  /// ```swift
  /// let pyramid = SparseConvolutions(seed: 1).fullyConvolutionalNet(
  ///   dimension: 2, repetitions: 1, channels: [8, 16, 24])  // 48 channels out
  /// ```
  public func fullyConvolutionalNet(
    dimension: Int, repetitions: Int, channels: [Int], residual: Bool = false,
    downsampling: Downsampling = .halving, leak: Float = 0
  ) -> Sequential<Features> {
    Pyramid(
      make: ClassicLayers(backend: self, dimension: dimension, leak: leak),
      repetitions: repetitions, residual: residual, downsampling: downsampling,
      wayBack: .copying
    ).levels(channels[...])
  }
}

/// Levels of blocks, each coarser than the one before and joined to it.
private struct Pyramid<Backend: Convolutions> {
  /// How a level comes back to the sites of the one above.
  enum WayBack {
    /// By an inverse convolution to the channels of the level above, whose blocks then follow again.
    case convolving
    /// By unpooling, with all its channels.
    case copying
  }

  let make: ClassicLayers<Backend>
  let repetitions: Int
  let residual: Bool
  let downsampling: Downsampling
  let wayBack: WayBack

  /// The level of the first channels and all below it.
  func levels(_ channels: ArraySlice<Int>) -> Sequential<Backend.Features> {
    guard let own = channels.first else { return Sequential() }
    let blocks = (0..<max(0, repetitions)).map { _ in
      make.block(own, own, residual: residual)
    }
    let rest = channels.dropFirst()
    guard let below = rest.first else { return Sequential(numbered: blocks) }
    let excursion = [
      make.normalization(own), make.down(own, below, downsampling), levels(rest),
    ]
    switch wayBack {
    case .copying:
      let copy = make.copy(downsampling)
      return Sequential(
        numbered: blocks + [make.join(make.identity, Sequential(numbered: excursion + [copy]))])
    case .convolving:
      let up = [make.normalization(below), make.up(below, own, downsampling)]
      let joined = make.join(make.identity, Sequential(numbered: excursion + up))
      let narrowing = make.block(2 * own, own, residual: residual)
      let others = blocks.dropFirst().map { _ in make.block(own, own, residual: residual) }
      return Sequential(numbered: blocks + [joined, narrowing] + others)
    }
  }
}
