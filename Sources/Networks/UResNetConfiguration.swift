/// Every structural switch of CosmicTagger's UResNet, of its first version and of today's.
///
/// The initialiser's defaults are the switches of the original's `uresnet` preset in its dense 2D
/// form; `init(preset:)` gives the named networks in sparse form.
public struct UResNetConfiguration: Equatable, Sendable {
  /// How skip connections join the upward path.
  public enum Connections: String, CaseIterable, Sendable {
    /// Added.
    case sum
    /// Joined by channels and squeezed to half by a 1×1 convolution.
    case concat
    /// Not at all.
    case none
  }

  /// How channels grow from level to level.
  public enum Growth: String, CaseIterable, Sendable {
    /// By `initialFilters` each level.
    case additive
    /// By a factor of two each level.
    case multiplicative
  }

  /// How an image becomes half as large.
  public enum Downsampling: String, CaseIterable, Sendable {
    /// A strided 2×2 convolution.
    case convolutional
    /// Max pooling 2×2, then a 1×1 convolution.
    case maxPooling = "max_pooling"
  }

  /// How an image becomes twice as large.
  public enum Upsampling: String, CaseIterable, Sendable {
    /// A 2×2 deconvolution.
    case convolutional
    /// The value of the coarse site (the sparse form of interpolation, and the original's in its 3D
    /// network), then a 1×1 convolution.
    case interpolation
    /// Between the four nearest coarse pixels, as the original's dense 2D network has it, then a 1×1
    /// convolution; sites have no such neighbours.
    case bilinear
  }

  /// What happens at the bottom of the U, where planes may see each other.
  public enum Deepest: String, CaseIterable, Sendable {
    /// All planes merge into one, blocks work on that, and it is split again: the 2D networks.
    case merged
    /// The channels of all planes side by side, without a convolution before or after the blocks: the
    /// dense network of 2019.
    case stacked
    /// Planes stay, and 3×1×1 filters reach from one to the next: the 3D network.
    case convolved
    /// Planes stay apart: `block_concat`.
    case perPlane = "per_plane"
    /// Nothing at all, as in today's original in sparse mode.
    case none
  }

  /// Which pixels a normalisation takes together.
  public enum PlaneScope: String, CaseIterable, Sendable {
    /// Those of all planes: SparseConvNet, and the original's 3D network.
    case allPlanes = "all_planes"
    /// Those of each plane for itself: the original's 2D network, which calls a layer once for each.
    case eachPlane = "each_plane"
  }

  /// Wire planes of an event: the first axis of the sites.
  public var planes = 3
  /// Channels of the input: the charge.
  public var inputChannels = 1
  /// Classes that sites are labelled with.
  public var classes = 3
  /// Channels of the first level.
  public var initialFilters = 16
  /// Number of downsamplings.
  public var depth = 6
  /// Blocks on each level, on the way down and again on the way up.
  public var blocksPerLayer = 2
  /// Blocks at the bottom.
  public var blocksDeepest = 5
  /// Blocks after the U, at full resolution.
  public var blocksFinal = 5
  /// Whether blocks are residual (two convolutions and a sum) or plain (one convolution).
  public var residual = true
  /// How skips join.
  public var connections = Connections.concat
  /// How channels grow.
  public var growth = Growth.additive
  /// Whether convolutions have biases.
  public var bias = true
  /// Whether convolutions are followed by batch normalisation.
  public var batchNorm = true
  /// Extent of the first filter.
  public var initialFilterSize = 5
  /// Whether normalisation and activation follow the first convolution.
  public var initialActivation = true
  /// How levels get coarser.
  public var downsampling = Downsampling.maxPooling
  /// How levels get finer.
  public var upsampling = Upsampling.interpolation
  /// What the bottom does.
  public var deepest = Deepest.merged
  /// Channels at the bottom; nothing for planes × channels of the last level.
  public var bottleneckDeepest: Int? = 256
  /// Extent of the bottom's filters.
  public var filterSizeDeepest = 5
  /// Whether normalisation and activation follow the bottom's merge and split.
  public var mergeActivation = true
  /// Whether all planes that leave a merged bottom share bias and normalisation, or each has its own,
  /// as in the original's 2D network.
  public var splitScope = PlaneScope.allPlanes
  /// Whether normalisation and activation follow the 1×1 convolution of a `concat` connection.
  public var joinActivation = true
  /// Whether a skip leaves before the blocks on the way down, or after them.
  public var connectPreDown = true
  /// Whether a skip joins before the blocks on the way up, or after them.
  public var connectPreUp = true
  /// Slope of the activations for negative values: a third, as in SparseConvNet, where the
  /// original's dense networks have 0.01 (measured in `experiments/learning-on-three-events`).
  public var leak: Float = 1 / 3
  /// Slope after the sum of a residual block, where it differs (SparseConvNet's layers do).
  public var leakAfterSum: Float?
  /// Slope after the convolutions that halve and double images, where it differs (it is zero in the
  /// original's 3D network).
  public var leakOfScaling: Float?
  /// Which pixels share mean and variance while training.
  public var normalizationScope = PlaneScope.allPlanes
  /// Added to the variance in normalisation; SparseConvNet's constant, PyTorch's is 1e-5.
  public var normalizationEpsilon = 1e-4
  /// Weight of a new batch in the running statistics, in PyTorch's sense.
  ///
  /// Batches of one event differ much, so the average is longer than PyTorch's (0.1), and it follows
  /// the weights more closely than SparseConvNet's (0.01).
  public var normalizationMomentum = 0.02
  /// The head for whole events.
  public var classification = ClassificationHead()
  /// The head for the vertex.
  public var vertex = VertexHead()

  /// Today's defaults; every field can be changed afterwards.
  public init() {}

  /// Channels of a level; the bottom is level `depth`.
  public func channels(level: Int) -> Int {
    switch growth {
    case .additive: initialFilters * (level + 1)
    case .multiplicative: initialFilters << level
    }
  }

  /// Channels of the blocks at the bottom.
  public var deepestChannels: Int {
    let last = channels(level: depth)
    switch deepest {
    case .merged: return bottleneckDeepest ?? planes * last
    case .stacked: return planes * last
    case .convolved, .perPlane: return bottleneckDeepest ?? last
    case .none: return last
    }
  }

  /// Checks that the numbers make a network.
  ///
  /// - Throws: `NetworkError` naming the property, its value and what is possible.
  public func validate() throws(NetworkError) {
    try require("initialFilters", initialFilters, in: 1...4096)
    try require("depth", depth, in: 1...12)
    try require("blocksPerLayer", blocksPerLayer, in: 0...64)
    try require("blocksDeepest", blocksDeepest, in: 0...64)
    try require("blocksFinal", blocksFinal, in: 0...64)
    try require("filterSizeDeepest", filterSizeDeepest, in: 1...15)
    try require("initialFilterSize", initialFilterSize, in: 1...15)
    try require("bottleneckDeepest", bottleneckDeepest ?? 1, in: 1...65_536)
    try require("planes", planes, in: 1...256)
    try require("classes", classes, in: 1...256)
    try require("inputChannels", inputChannels, in: 1...65_536)
    guard channels(level: depth) * planes <= 65_536 else {
      throw NetworkError.tooManyChannels(
        initialFilters: initialFilters, channels: channels(level: depth), depth: depth)
    }
    try require(
      "normalizationEpsilon", normalizationEpsilon, "a number above zero",
      normalizationEpsilon > 0 && normalizationEpsilon.isFinite)
    try require(
      "normalizationMomentum", normalizationMomentum, "0 to 1",
      (0...1).contains(normalizationMomentum))
    for (name, slope) in [("leak", leak), ("leakAfterSum", leakAfterSum ?? 0)] {
      try require(
        name, slope, "a slope of zero or more", slope.isFinite && slope >= 0)
    }
    try validateHeads()
  }

  func require(
    _ name: String, _ value: Int, in range: ClosedRange<Int>
  ) throws(NetworkError) {
    try require(
      name, value, "\(range.lowerBound) to \(range.upperBound)", range.contains(value))
  }

  private func require(
    _ name: String, _ value: some CustomStringConvertible, _ allowed: String, _ isAllowed: Bool
  ) throws(NetworkError) {
    guard isAllowed else { throw .setting(name: name, value: value.description, allowed: allowed) }
  }
}

/// Why a network cannot be built.
public enum NetworkError: Error, Equatable, Sendable {
  /// A property of the configuration outside the values it may have.
  case setting(name: String, value: String, allowed: String)
  /// Channels that grow beyond any use on the way down.
  case tooManyChannels(initialFilters: Int, channels: Int, depth: Int)
}

extension NetworkError: CustomStringConvertible {
  /// One sentence that names the property, the value and the remedy.
  public var description: String {
    switch self {
    case .setting(let name, let value, let allowed):
      "\(name) \(value) is not possible: use \(allowed)"
    case .tooManyChannels(let filters, let channels, let depth):
      "\(filters) filters grow to \(channels) channels at depth \(depth): "
        + "use fewer filters or less depth"
    }
  }
}
