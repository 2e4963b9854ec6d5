/// The path of one batch through the network, level by level.
struct UResNetPass {
  typealias Activation = ReferenceUResNet.Activation

  let configuration: UResNetConfiguration
  let parameters: [String: [Double]]
  let mode: ReferenceUResNet.Mode
  var rulebooks: [RulebookKey: [[RulePair]]] = [:]
  var statistics: [String: [BatchStatistics]] = [:]
  var activations: [String: Activation] = [:]

  init(
    configuration: UResNetConfiguration, parameters: [String: [Double]],
    mode: ReferenceUResNet.Mode
  ) {
    self.configuration = configuration
    self.parameters = parameters
    self.mode = mode
  }

  mutating func run(_ input: Activation) throws -> Activation {
    let size = configuration.initialFilterSize
    var x = try submanifold(
      input, "initial_convolution", filterSize: [1, size, size],
      channels: configuration.initialFilters)
    if configuration.initialActivated { x = try activate(x, ["initial_convolution.relu"]) }
    record(x, "initial_convolution")
    x = try level(0, x, path: "net_core")
    x = try blocks(x, "final_layer", count: configuration.blocksFinal, size: 3)
    return try submanifold(x, "bottleneck", filterSize: [1, 1, 1], channels: configuration.classes)
  }

  /// One level: blocks down, everything below, the skip, blocks up.
  private mutating func level(_ number: Int, _ input: Activation, path: String) throws -> Activation
  {
    guard number < configuration.depth else {
      return try deepest(input, path: path + ".main_module")
    }
    let count = configuration.blocksPerLayer
    let entered = try blocks(input, path + ".down_blocks", count: count, size: 3)
    let skip = configuration.skipTap == .beforeBlocks ? input : entered
    let coarse = try downsample(
      entered, path + ".downsample", channels: configuration.filters(atLevel: number + 1))
    let below = try level(number + 1, coarse, path: path + ".main_module")
    record(below, path + ".main_module")
    var x = try upsample(
      below, path + ".upsample", onto: entered,
      channels: configuration.filters(atLevel: number))
    if configuration.skipJoin == .beforeBlocks { x = try connect(x, skip, path + ".connection") }
    x = try blocks(x, path + ".up_blocks", count: count, size: 3)
    if configuration.skipJoin == .afterBlocks { x = try connect(x, skip, path + ".connection") }
    record(x, path)
    return x
  }

  /// The bottom: planes merged or kept apart, blocks, and the planes restored.
  private mutating func deepest(_ input: Activation, path: String) throws -> Activation {
    guard configuration.deepestBlock != .bypassed else { return input }
    guard configuration.deepestBlock != .blocksOnly else {
      return try blocks(
        input, path + ".blocks", count: configuration.blocksDeepest,
        size: configuration.deepestFilterSize)
    }
    var x = try crossPlanes(
      input, path + ".merger", channels: configuration.bottleneckFilters, back: nil)
    x = try blocks(
      x, path + ".blocks", count: configuration.blocksDeepest,
      size: configuration.deepestFilterSize)
    return try crossPlanes(x, path + ".splitter", channels: input.channels, back: input)
  }

  /// The convolution into the bottom, or out of it, back onto the sites it was entered with.
  private mutating func crossPlanes(
    _ input: Activation, _ path: String, channels: Int, back: Activation?
  ) throws -> Activation {
    var x: Activation
    switch (configuration.deepestBlock, back) {
    case (.mixesPlanes, nil):
      x = try strided(
        input, path, filterSize: [input.spatialSize[0], 1, 1], stride: [1, 1, 1],
        channels: channels)
    case (.mixesPlanes, let fine?):
      x = try transposed(
        input, path, onto: fine, filterSize: [fine.spatialSize[0], 1, 1], stride: [1, 1, 1],
        channels: channels)
    case (.convolvesPlanes, _):
      x = try submanifold(input, path, filterSize: [3, 1, 1], channels: channels)
    default:
      x = try submanifold(input, path, filterSize: [1, 1, 1], channels: channels)
    }
    if configuration.mergeActivated { x = try activate(x, [path + ".relu", path + ".bn"]) }
    return x
  }

  private mutating func downsample(
    _ input: Activation, _ path: String, channels: Int
  ) throws -> Activation {
    var x = input
    switch configuration.downsampling {
    case .convolutional:
      x = try strided(
        x, path + ".conv", filterSize: [1, 2, 2], stride: [1, 2, 2], channels: channels)
    case .maxPooling:
      x = pooled(x)
      x = try submanifold(x, path + ".conv", filterSize: [1, 1, 1], channels: channels)
    }
    x = try activate(x, [path + ".relu", path + ".bn"])
    record(x, path)
    return x
  }

  private mutating func upsample(
    _ input: Activation, _ path: String, onto fine: Activation, channels: Int
  ) throws -> Activation {
    var x = input
    switch configuration.upsampling {
    case .convolutional:
      x = try transposed(
        x, path + ".conv", onto: fine, filterSize: [1, 2, 2], stride: [1, 2, 2],
        channels: channels)
    case .interpolation:
      x = unpooled(x, onto: fine)
      x = try submanifold(x, path + ".conv", filterSize: [1, 1, 1], channels: channels)
    }
    x = try activate(x, [path + ".relu", path + ".bn"])
    record(x, path)
    return x
  }

  private mutating func connect(
    _ up: Activation, _ skip: Activation, _ path: String
  ) throws -> Activation {
    var x = up
    switch configuration.connections {
    case .none: return up
    case .sum: x.features = add(up.features, skip.features)
    case .concat:
      x.features = join(up.features, skip.features)
      x.channels += skip.channels
      x = try submanifold(x, path + ".bottleneck", filterSize: [1, 1, 1], channels: up.channels)
      if configuration.joinActivated { x = try activate(x, [path + ".relu", path + ".bn"]) }
    }
    record(x, path)
    return x
  }

  private mutating func blocks(
    _ input: Activation, _ path: String, count: Int, size: Int
  ) throws -> Activation {
    var x = input
    for number in 0..<count {
      let block = "\(path).block_\(number)"
      x =
        try configuration.residual
        ? residualBlock(x, block, size: size) : plainBlock(x, block, size: size)
    }
    record(x, path)
    return x
  }

  /// `σ(norm(conv(x)))`.
  private mutating func plainBlock(
    _ input: Activation, _ path: String, size: Int
  ) throws -> Activation {
    let x = try submanifold(
      input, path + ".conv1", filterSize: [1, size, size], channels: input.channels)
    return try activate(x, [path + ".relu", path + ".bn1"])
  }

  /// `σ(norm(conv(σ(norm(conv(x))))) + x)`.
  private mutating func residualBlock(
    _ input: Activation, _ path: String, size: Int
  ) throws -> Activation {
    var x = try submanifold(
      input, path + ".conv1", filterSize: [1, size, size], channels: input.channels)
    x = try activate(x, [path + ".relu1", path + ".bn1"])
    x = try submanifold(x, path + ".conv2", filterSize: [1, size, size], channels: input.channels)
    x = try normalize(x, [path + ".norm2", path + ".bn2"])
    x.features = leakyReLU(add(x.features, input.features), leak: configuration.residualLeak)
    return x
  }

  private mutating func record(_ activation: Activation, _ path: String) {
    activations[path] = activation
  }
}

/// What one rulebook of a pass differs from another by; a submanifold one has no stride.
struct RulebookKey: Hashable {
  var spatialSize: [Int]
  var filterSize: [Int]
  var stride: [Int]
}
