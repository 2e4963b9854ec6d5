import Layers

extension Convolutions {
  /// SparseConvNet's `UNet`: sites in → the same sites out, with as many channels as in.
  ///
  /// On every level `repetitions` blocks, a strided convolution down, the levels below, the inverse
  /// convolution up, the skip connection joined, and `repetitions` blocks again. The last level has
  /// no way down. (Ronneberger et al., arXiv:1505.04597; Graham et al., arXiv:1711.10275.)
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
    let make = ClassicLayers(backend: self, dimension: dimension, leak: leak)
    guard let own = channels.first else { return Sequential() }
    var layers = (0..<repetitions).map { _ in make.block(own, own, residual: residual) }
    if let below = channels.dropFirst().first {
      let excursion = Sequential(
        make.normalization(own), make.down(own, below, downsampling),
        unet(
          dimension: dimension, repetitions: repetitions, channels: Array(channels.dropFirst()),
          residual: residual, downsampling: downsampling, leak: leak),
        make.normalization(below), make.up(below, own, downsampling))
      layers.append(make.join(make.identity, excursion))
      layers += (0..<max(1, repetitions)).map { number in
        make.block(number == 0 ? 2 * own : own, own, residual: residual)
      }
    }
    return Sequential(numbered: layers)
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
    let make = ClassicLayers(backend: self, dimension: dimension, leak: leak)
    guard let own = channels.first else { return Sequential() }
    var layers = (0..<repetitions).map { _ in make.block(own, own, residual: residual) }
    if let below = channels.dropFirst().first {
      let excursion = Sequential(
        make.normalization(own), make.down(own, below, downsampling),
        fullyConvolutionalNet(
          dimension: dimension, repetitions: repetitions, channels: Array(channels.dropFirst()),
          residual: residual, downsampling: downsampling, leak: leak),
        unPooling(
          size: make.extents(downsampling.size), stride: make.extents(downsampling.stride)))
      layers.append(make.join(make.identity, excursion))
    }
    return Sequential(numbered: layers)
  }
}
