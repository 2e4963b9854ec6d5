import Autodiff
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// A production network whose parameters are also known by the original's names.
struct ProductionNetwork {
  typealias Configuration = Networks.UResNetConfiguration

  let network: UResNet<SparseConvolutions>

  init(_ configuration: Configuration, seed: UInt64 = 1) throws {
    network = try UResNet(configuration, over: SparseConvolutions(seed: seed))
  }

  /// Every parameter with the names it may have in the original.
  var parameters: [(names: [String], parameter: Parameter)] {
    network.namedParameters.map {
      (originalNames($0.name, depth: network.configuration.depth), $0.parameter)
    }
  }

  /// All values by the original's names, as the reference network takes them.
  var values: [String: [Double]] {
    Dictionary(
      parameters.map { ($0.names[0], $0.parameter.value.array.map(Double.init)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// One pass over sorted sites, `[batch, plane, row, column]`.
  func pass(
    _ features: [[Double]], sites: [[Int]], batchSize: Int, spatialSize: [Int],
    purpose: Tape.Purpose = .training, threads: Int = 2
  ) throws -> (tape: Tape, input: SparseTensor, logits: Variable) {
    let set = try siteSet(sites, batchSize: batchSize, spatialSize: spatialSize)
    let tape = Tape(purpose, compute: Compute(threads: Threads(count: threads)))
    let channels = network.configuration.inputChannels
    let input = try SparseTensor(
      tensor(features, channels: channels), plan: Plan(set), tape: tape, needsGradient: true)
    return (tape, input, try network(input).features)
  }
}

/// The names a production parameter may have in the original's state dictionary.
///
/// Level `l` lies below `net_core` and `l` times `.main_module`, the bottom below `depth + 1` times;
/// a normalisation is called after its activation or `bn`, `norm2` or `bn2`.
func originalNames(_ name: String, depth: Int) -> [String] {
  var parts = name.split(separator: ".").map(String.init)
  let field =
    [
      "scale": "weight", "shift": "bias", "runningMean": "running_mean",
      "runningVariance": "running_var",
    ][parts.removeLast()] ?? String(name.split(separator: ".").last ?? "")
  func below(_ level: Int) -> String {
    "net_core" + String(repeating: ".main_module", count: level)
  }
  let head = parts.removeFirst()
  if head == "classifier" { return ["bottleneck.\(field)"] }
  let isNormalization = parts.last == "normalization"
  parts.removeLast()
  var module: String
  switch head {
  case "initial":
    return [isNormalization ? "initial_convolution.relu.\(field)" : "initial_convolution.\(field)"]
  case "final": module = "final_layer"
  case "deepest": module = below(depth + 1)
  default: module = below(Int(head.dropFirst("level".count)) ?? 0)
  }
  var convolution = "conv"
  var normalizations = ["relu", "bn"]
  for part in parts {
    switch part {
    case "down", "up": module += ".\(part)_blocks"
    case "downsample", "upsample", "blocks": module += ".\(part)"
    case "block", "bias": break
    case "join":
      module += ".connection"
      convolution = "bottleneck"
    case "merge", "split":
      module += part == "merge" ? ".merger" : ".splitter"
      convolution = ""
    case "first":
      convolution = "conv1"
      normalizations = ["relu1", "bn1"]
    case "second":
      convolution = "conv2"
      normalizations = ["norm2", "bn2"]
    default:
      module += ".block_" + part.dropFirst("block".count)
      convolution = "conv1"
      normalizations = ["relu", "bn1"]
    }
  }
  let endings = isNormalization ? normalizations : [convolution]
  return endings.map { [module, $0, field].filter { !$0.isEmpty }.joined(separator: ".") }
}

extension Reference.UResNetConfiguration {
  /// What the oracle calls a production configuration.
  init(_ production: Networks.UResNetConfiguration) {
    self.init()
    depth = production.depth
    inputChannels = production.inputChannels
    classes = production.classes
    initialFilters = production.initialFilters
    growth = production.growth == .additive ? .additive : .multiplicative
    blocksPerLayer = production.blocksPerLayer
    blocksDeepest = production.blocksDeepest
    blocksFinal = production.blocksFinal
    residual = production.residual
    connections = [.sum: .sum, .concat: .concat][production.connections] ?? .none
    batchNormalization = production.batchNorm
    initialFilterSize = production.initialFilterSize
    initialActivated = production.initialActivation
    deepestFilterSize = production.filterSizeDeepest
    switch production.deepest {
    case .merged, .stacked: deepestBlock = .mixesPlanes
    case .convolved: deepestBlock = .convolvesPlanes
    case .perPlane:
      deepestBlock = production.bottleneckDeepest == nil ? .blocksOnly : .keepsPlanes
    case .none: deepestBlock = .bypassed
    }
    let last = filters(atLevel: depth)
    bottleneckFilters =
      production.bottleneckDeepest ?? (production.deepest == .merged ? production.planes : 1) * last
    mergeActivated = production.mergeActivation
    joinActivated = production.joinActivation
    skipTap = production.connectPreDown ? .beforeBlocks : .afterBlocks
    skipJoin = production.connectPreUp ? .beforeBlocks : .afterBlocks
    downsampling = production.downsampling == .maxPooling ? .maxPooling : .convolutional
    upsampling = production.upsampling == .interpolation ? .interpolation : .convolutional
    leak = Double(production.leak)
    residualLeak = Double(production.leakAfterSum ?? production.leak)
    epsilon = production.normalizationEpsilon
  }
}

extension Networks.UResNetConfiguration {
  /// The production form of a network the original was run with.
  init(original: Reference.UResNetConfiguration, bias: Bool) {
    self.init()
    depth = original.depth
    initialFilters = original.initialFilters
    growth = original.growth == .additive ? .additive : .multiplicative
    blocksPerLayer = original.blocksPerLayer
    blocksDeepest = original.blocksDeepest
    blocksFinal = original.blocksFinal
    residual = original.residual
    connections = [.sum: .sum, .concat: .concat][original.connections] ?? .none
    self.bias = bias
    batchNorm = original.batchNormalization
    initialFilterSize = original.initialFilterSize
    initialActivation = original.initialActivated
    downsampling = original.downsampling == .maxPooling ? .maxPooling : .convolutional
    upsampling = original.upsampling == .interpolation ? .interpolation : .convolutional
    deepest = original.deepestBlock == .bypassed ? .none : .merged
    bottleneckDeepest = original.bottleneckFilters
    filterSizeDeepest = original.deepestFilterSize
    mergeActivation = original.mergeActivated
    joinActivation = original.joinActivated
    connectPreDown = original.skipTap == .beforeBlocks
    connectPreUp = original.skipJoin == .beforeBlocks
    leak = Float(original.leak)
    leakAfterSum = Float(original.residualLeak)
    normalizationEpsilon = original.epsilon
    normalizationMomentum = 0.01
  }
}
