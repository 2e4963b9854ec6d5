import Autodiff
import Layers

/// CosmicTagger's network: a U of residual or plain blocks whose planes share weights and meet at
/// the bottom.
///
/// Charge on sites in → one logit per class on the same sites out.
///
/// Sites are (plane, row, column). Every filter is `1×k×k`, so planes are processed alike and
/// apart, except at the bottom (`UResNetConfiguration.Deepest`). Each of `depth` levels halves the
/// image; rows and columns must be divisible by 2^depth.
///
/// ```swift
/// let network = try UResNet(UResNetConfiguration(), over: SparseConvolutions(seed: 1))
/// let logits = try network(input)
/// ```
public struct UResNet<Backend: Convolutions>: HeadedNetwork {
  /// What flows through the network.
  public typealias Features = Backend.Features

  /// The switches it was built with.
  public let configuration: UResNetConfiguration

  private let backend: Backend
  private let initial: Sequential<Features>
  private let levels: [Level]
  private let deepest: Sequential<Features>
  private let final: Sequential<Features>
  private let classifier: any Layer<Features>
  private let classification: Sequential<Features>?
  private let vertex: Sequential<Features>?

  /// One resolution: what happens to it on the way down, and again on the way up.
  private struct Level: Module {
    let name: String
    let down: Sequential<Features>
    let downsample: Sequential<Features>
    let upsample: Sequential<Features>
    let join: Sequential<Features>
    let up: Sequential<Features>

    var parts: [(name: String, part: any Module)] {
      [
        ("down", down), ("downsample", downsample), ("upsample", upsample), ("join", join),
        ("up", up),
      ]
    }

    func mapped(_ change: (Sequential<Features>) -> Sequential<Features>) -> Level {
      Level(
        name: name, down: change(down), downsample: change(downsample),
        upsample: change(upsample), join: change(join), up: change(up))
    }
  }

  /// Builds the network from the layers of a backend.
  ///
  /// - Throws: `NetworkError` when the switches make no network.
  public init(_ configuration: UResNetConfiguration, over backend: Backend) throws(NetworkError) {
    try configuration.validate()
    let builder = BlockBuilder(backend: backend, configuration: configuration)
    self.configuration = configuration
    self.backend = backend
    initial = builder.initial()
    var levels: [Level] = []
    for number in 0..<configuration.depth { levels.append(try Self.level(number, builder)) }
    self.levels = levels
    deepest = try builder.deepest()
    final = builder.series(
      configuration.blocksFinal, channels: configuration.initialFilters, filter: 3)
    classifier = backend.linear(
      configuration.initialFilters, configuration.classes, bias: configuration.bias)
    // Last, so that a head changes no weight that is drawn for the rest.
    classification = builder.classification()
    vertex = builder.vertex()
  }

  private init(_ network: Self, by fold: Folding<Backend>) {
    configuration = network.configuration
    backend = network.backend
    initial = fold(network.initial)
    levels = network.levels.map { $0.mapped(fold.callAsFunction) }
    deepest = fold(network.deepest)
    final = fold(network.final)
    classifier = network.classifier
    classification = network.classification.map(fold.callAsFunction)
    vertex = network.vertex.map(fold.callAsFunction)
  }

  /// The network in the form in which it is applied: normalisation by running statistics, and
  /// activations, are part of the convolutions before them where the backend can (sites can, full images
  /// cannot yet).
  ///
  /// It computes the same but for rounding. It holds copies of the weights as they are now, by names of
  /// its own, and cannot be trained.
  public func folded() -> Self { Self(self, by: Folding(backend: backend)) }

  /// The parts, in the order data walks down and then up.
  public var parts: [(name: String, part: any Module)] {
    [("initial", initial)] + levels.map { ($0.name, $0) }
      + [("deepest", deepest), ("final", final), ("classifier", classifier)]
      + (classification.map { [("classification", $0)] } ?? [])
      + (vertex.map { [("vertex", $0)] } ?? [])
  }

  /// Labels every site.
  ///
  /// - Throws: `LayerError` or `SiteError` when channels or image size do not fit the network.
  public func callAsFunction(_ image: Features) throws -> Features { try scores(image).pixels }

  /// Labels every site, and says what the heads see.
  ///
  /// - Throws: `LayerError` or `SiteError` when channels or image size do not fit the network.
  public func scores(_ image: Features) throws -> NetworkScores<Features> {
    let (bottom, skips) = try descend(image)
    var features = bottom
    var cells = configuration.vertexLevel == configuration.depth ? bottom : nil
    for (number, (level, skip)) in zip(levels, skips).enumerated().reversed() {
      features = try level.upsample(features, named: "\(level.name).upsample")
      if configuration.connectPreUp { features = try connect(features, skip, level) }
      features = try level.up(features, named: "\(level.name).up")
      if !configuration.connectPreUp { features = try connect(features, skip, level) }
      if number == configuration.vertexLevel { cells = features }
    }
    return NetworkScores(
      pixels: try classifier(final(features, named: "final"), named: "classifier"),
      events: try head(
        classification, "classification", bottom, detached: configuration.classification.detaches),
      vertex: try cells.flatMap {
        try head(vertex, "vertex", $0, detached: configuration.vertex.detaches)
      })
  }

  /// The way down: what leaves the bottom, and the skips of all levels.
  private func descend(_ image: Features) throws -> (bottom: Features, skips: [Features]) {
    var features = try initial(image, named: "initial")
    var skips: [Features] = []
    for level in levels {
      if configuration.connectPreDown { skips.append(features) }
      features = try level.down(features, named: "\(level.name).down")
      if !configuration.connectPreDown { skips.append(features) }
      features = try level.downsample(features, named: "\(level.name).downsample")
    }
    return (try deepest(features, named: "deepest"), skips)
  }

  private func head(
    _ head: Sequential<Features>?, _ name: String, _ features: Features, detached: Bool
  ) throws -> Features? {
    try head?(detached ? backend.detach(features) : features, named: name)
  }

  private func connect(_ features: Features, _ skip: Features, _ level: Level) throws -> Features {
    switch configuration.connections {
    case .sum: try backend.add(features, skip)
    case .concat: try level.join(backend.join(features, skip), named: "\(level.name).join")
    case .none: features
    }
  }

  private static func level(
    _ number: Int, _ builder: BlockBuilder<Backend>
  ) throws(NetworkError) -> Level {
    let configuration = builder.configuration
    let channels = configuration.channels(level: number)
    let deeper = configuration.channels(level: number + 1)
    return Level(
      name: "level\(number)",
      down: builder.series(configuration.blocksPerLayer, channels: channels, filter: 3),
      downsample: builder.downsample(channels, deeper),
      upsample: try builder.upsample(deeper, channels),
      join: builder.join(channels),
      up: builder.series(configuration.blocksPerLayer, channels: channels, filter: 3))
  }

  /// The layers, part by part.
  public var description: String { outline }
}
