extension UResNetConfiguration {
  /// The networks that CosmicTagger's users know by name.
  public enum Preset: String, CaseIterable, Sendable {
    /// The first published network: 12 filters doubled over five levels, about 100 M parameters.
    case seed
    /// The small plain network written for the Aurora supercomputer.
    case a21
    /// Today's default: residual blocks, joined skips.
    case uresnet
    /// A deep and narrow one, for full resolution.
    case polaris
    /// `uresnet` without normalisation.
    case scc21
    /// `uresnet` whose planes stay apart at the bottom and see each other by 3×1×1 filters.
    case uresnet3d
  }

  /// The configuration of a named network in sparse form.
  ///
  /// As in the original's sparse network, images are halved and doubled by convolutions and (but for
  /// the seed) skips leave after the blocks on the way down; the switches still offer the dense
  /// networks' pooling, interpolation and early skips. Deliberately different from the original:
  /// planes merge and split at the bottom through a convolution over the plane axis, whose split has
  /// one bias and normalisation for all planes.
  public init(preset: Preset) {
    self.init()
    downsampling = .convolutional
    upsampling = .convolutional
    connectPreDown = false
    switch preset {
    case .uresnet:
      break
    case .seed:
      becomeSeed()
    case .a21:
      initialFilters = 8
      residual = false
      blocksFinal = 0
      connections = .sum
    case .polaris:
      depth = 7
      blocksDeepest = 2
      blocksFinal = 2
      bottleneckDeepest = 96
      residual = false
      connections = .sum
    case .scc21:
      batchNorm = false
    case .uresnet3d:
      deepest = .convolved
      connectPreUp = false
    }
  }

  /// The network of June 2019: ReLU, strided convolutions, nothing after the outermost layers.
  private mutating func becomeSeed() {
    initialFilters = 12
    depth = 5
    blocksDeepest = 4
    blocksFinal = 2
    connections = .sum
    growth = .multiplicative
    initialFilterSize = 3
    initialActivation = false
    connectPreDown = true
    bottleneckDeepest = nil
    filterSizeDeepest = 3
    mergeActivation = false
    joinActivation = false
    leak = 0
  }
}
