/// The counts of today's dense network: every convolution has a bias, normalisation two values.
struct TodaysTable {
  var filters = 16
  var depth = 6
  var blocksPerLayer = 2
  var blocksDeepest = 5
  var blocksFinal = 5
  var residual = true
  var concat = true
  var bottleneck = 256
  var normalization = 2
  /// Channels of the bottom's squeeze and expansion: all planes', or one's in three dimensions.
  var splitPlanes = 3
  /// Offsets of the convolution between levels: one beside pooling and interpolation in the
  /// original's dense networks, four in its sparse one and in ours.
  var scalingVolume = 1

  func channels(_ level: Int) -> Int { filters * (level + 1) }

  /// A convolution of `volume` offsets with bias and normalisation.
  func block(_ volume: Int, _ input: Int, _ output: Int) -> Int {
    volume * input * output + output + normalization * output
  }

  /// A block of the series: one convolution, or two in a residual block.
  func series(_ count: Int, _ volume: Int, _ channels: Int) -> Int {
    count * (residual ? 2 : 1) * block(volume, channels, channels)
  }

  var total: Int {
    let initial = block(5 * 5, 1, filters)
    let levels = (0..<depth).map { level in
      let (fine, coarse) = (channels(level), channels(level + 1))
      let down = block(scalingVolume, fine, coarse)
      let up = block(scalingVolume, coarse, fine)
      let join = concat ? block(1, 2 * fine, fine) : 0
      return 2 * series(blocksPerLayer, 3 * 3, fine) + down + up + join
    }
    let last = channels(depth)
    let squeeze = block(1, 3 * last, bottleneck)
    let bottom = series(blocksDeepest, 5 * 5, bottleneck)
    let expand = 3 * bottleneck * last + splitPlanes * (1 + normalization) * last
    let final = series(blocksFinal, 3 * 3, filters)
    let classifier = filters * 3 + 3
    return initial + levels.reduce(0, +) + squeeze + bottom + expand + final + classifier
  }
}
