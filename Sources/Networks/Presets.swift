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

  /// Which of the original's networks of one name is meant: they differ in more than what they compute.
  public enum Form: String, CaseIterable, Sendable {
    /// The network on SparseConvNet's layers.
    case sparse
    /// The network on full images.
    case dense
  }

  /// How the planes of an event are taken together.
  public enum ConvolutionMode: String, CaseIterable, Sendable {
    /// As separate images that share weights and become channels at the bottom.
    case planar = "2D"
    /// As an axis of one image, which filters of the bottom reach along.
    case volume = "3D"
  }

  /// The configuration of a named network.
  ///
  /// - Parameters:
  ///   - form: in sparse form, as in the original's sparse network, images are halved and doubled by
  ///     convolutions and (but for the seed) skips leave after the blocks on the way down. In dense
  ///     form a network is the original's dense one, parameter by parameter. Deliberately different
  ///     from the original's sparse form: planes merge and split at the bottom through a convolution
  ///     over the plane axis, whose split has one bias and normalisation for all planes.
  ///   - mode: the preset's own if left out.
  public init(preset: Preset, form: Form = .sparse, mode: ConvolutionMode? = nil) {
    self.init()
    switch preset {
    case .uresnet, .uresnet3d:
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
    }
    let mode = mode ?? (preset == .uresnet3d ? .volume : .planar)
    switch form {
    case .sparse: becomeSparse(mode, isSeed: preset == .seed)
    case .dense: becomeDense(mode, isSeed: preset == .seed)
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
    bottleneckDeepest = nil
    filterSizeDeepest = 3
    mergeActivation = false
    joinActivation = false
    leak = 0
  }

  private mutating func becomeSparse(_ mode: ConvolutionMode, isSeed: Bool) {
    downsampling = .convolutional
    upsampling = .convolutional
    connectPreDown = isSeed
    if mode == .volume {
      deepest = .convolved
      connectPreUp = false
    }
  }

  /// PyTorch's constants, and the places of skips, statistics and activations in the dense networks.
  private mutating func becomeDense(_ mode: ConvolutionMode, isSeed: Bool) {
    normalizationEpsilon = 1e-5
    normalizationMomentum = 0.1
    if !isSeed { leak = 0.01 }
    downsampling = isSeed ? .convolutional : .maxPooling
    upsampling = isSeed ? .convolutional : mode == .planar ? .bilinear : .interpolation
    switch mode {
    case .planar:
      if isSeed { deepest = .stacked }
      normalizationScope = .eachPlane
      splitScope = .eachPlane
    case .volume:
      deepest = .convolved
      connectPreDown = false
      connectPreUp = false
      leakOfScaling = 0
    }
  }
}
