/// Everything that distinguishes the U-shaped networks of the different eras.
///
/// The default is today's intention with planes that mix: a plain initial convolution, skips
/// tapped after the down blocks and joined before the up blocks, a deepest block that acts.
public struct UResNetConfiguration: Sendable {
  /// How channels grow from level to level.
  public enum Growth: Sendable {
    /// `C0 · (level + 1)`.
    case additive
    /// `C0 · 2^level`.
    case multiplicative
  }

  /// How a skip connection meets the way up.
  public enum Connections: Sendable {
    /// The sum of both.
    case sum
    /// A 1×1 convolution of `[up; skip]`, named `connection.bottleneck`.
    case concat
    /// The skip is dropped.
    case none
  }

  /// How a level is entered.
  public enum Downsampling: Sendable {
    /// A convolution of size and stride 2.
    case convolutional
    /// Max pooling of size and stride 2, then a 1×1 convolution.
    case maxPooling
  }

  /// How a level is left.
  public enum Upsampling: Sendable {
    /// A deconvolution of size and stride 2.
    case convolutional
    /// Unpooling of size and stride 2, then a 1×1 convolution.
    case interpolation
  }

  /// What happens at the bottom.
  public enum DeepestBlock: Sendable {
    /// Merge the planes, blocks, split the planes.
    case mixesPlanes
    /// A 3×1×1 submanifold convolution in and out, planes staying apart: the dense 3D network.
    case convolvesPlanes
    /// A 1×1 convolution in and out on each plane, with the blocks between: `block_concat`.
    case keepsPlanes
    /// Blocks on each plane with nothing before or after: `block_concat` in 2019.
    case blocksOnly
    /// The input is returned unchanged, as the sparse master does.
    case bypassed
  }

  /// Where a skip connection stands with respect to the blocks of its level.
  public enum SkipPosition: Sendable {
    /// Tapped before the down blocks, or joined before the up blocks.
    case beforeBlocks
    /// Tapped after the down blocks, or joined after the up blocks.
    case afterBlocks
  }

  /// Which sites a batch normalization takes together.
  public enum StatisticsScope: Sendable {
    /// All sites of all planes.
    case allPlanes
    /// Each plane by itself, as the dense 2D network does.
    ///
    /// The bias and normalization of `splitter` may then have values for each plane: planes ×
    /// channels, as the dense 2D network splits channels instead of planes.
    case eachPlane
  }

  /// The number of halvings.
  public var depth = 3
  /// The channels of the input.
  public var inputChannels = 1
  /// The channels at full resolution.
  public var initialFilters = 4
  /// How channels grow.
  public var growth = Growth.additive
  /// The blocks of every level, on each way.
  public var blocksPerLayer = 2
  /// The blocks at the bottom.
  public var blocksDeepest = 2
  /// The blocks at full resolution after the U.
  public var blocksFinal = 0
  /// Residual blocks rather than plain ones.
  public var residual = false
  /// How skips meet the way up.
  public var connections = Connections.sum
  /// Whether convolutions are normalised at all.
  public var batchNormalization = true
  /// The size of the initial filter in a plane.
  public var initialFilterSize = 5
  /// Whether the initial convolution is normalised and rectified.
  public var initialActivated = false
  /// The size of the filters of the deepest blocks in a plane.
  public var deepestFilterSize = 3
  /// The channels of the deepest blocks.
  public var bottleneckFilters = 16
  /// What happens at the bottom.
  public var deepestBlock = DeepestBlock.mixesPlanes
  /// Whether merging and splitting are each normalised and rectified.
  public var mergeActivated = false
  /// Whether the 1×1 convolution of a concatenating skip is normalised and rectified.
  public var joinActivated = false
  /// Where skips are tapped.
  public var skipTap = SkipPosition.afterBlocks
  /// Where skips are joined.
  public var skipJoin = SkipPosition.beforeBlocks
  /// How a level is entered.
  public var downsampling = Downsampling.convolutional
  /// How a level is left.
  public var upsampling = Upsampling.convolutional
  /// The slope below zero after a normalization.
  public var leak = 0.333
  /// The slope below zero after the sum of a residual block.
  public var residualLeak = 1.0 / 3
  /// Added to every variance.
  public var epsilon = 1e-4
  /// Which sites are normalised together.
  public var statisticsScope = StatisticsScope.allPlanes
  /// The number of classes.
  public var classes = 3

  /// The defaults above.
  public init() {}

  /// The channels of a level; level 0 is full resolution.
  public func filters(atLevel level: Int) -> Int {
    switch growth {
    case .additive: initialFilters * (level + 1)
    case .multiplicative: initialFilters << level
    }
  }
}

extension UResNetConfiguration {
  /// Today's sparse network as it is shipped, whose deepest block returns its input.
  public static var masterSparse: UResNetConfiguration {
    var configuration = UResNetConfiguration()
    configuration.deepestBlock = .bypassed
    return configuration
  }

  /// The sparse network of June 2019: no leak, 3×3 initial filter, skips tapped before the blocks.
  public static var seedSparse: UResNetConfiguration {
    var configuration = UResNetConfiguration()
    configuration.growth = .multiplicative
    configuration.residual = true
    configuration.initialFilterSize = 3
    configuration.skipTap = .beforeBlocks
    configuration.leak = 0
    configuration.residualLeak = 0
    return configuration
  }
}
