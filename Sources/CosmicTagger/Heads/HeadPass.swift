import Layers
import Training

/// How much the heads' losses count.
public struct HeadLosses: Equatable, Sendable {
  /// Weight of the loss of the kinds of events.
  public var classification = 0.01
  /// Weight of the loss of the vertex.
  public var vertex = 1.0
  /// The parts of the loss of the vertex.
  public var parts = VertexLoss()

  /// The original's weights.
  public init() {}

  /// Weights of the kinds in their cross-entropy: version 2.1's.
  static let kindWeights: [Float] = [0.16, 0.1666, 0.16666, 0.5]

  /// Checks ranges.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  func validate() throws(TaggerError) {
    let weights = [
      ("--classification-weight", classification), ("--vertex-weight", vertex),
      ("--vertex-l-det", parts.detection), ("--vertex-l-coord", parts.coordinates),
    ]
    for (option, weight) in weights where !(weight >= 0 && weight.isFinite) {
      throw TaggerError(.usage, "\(option) \(weight) is not possible: use zero or more")
    }
  }
}

/// One pass of a network with its heads over a batch: their losses, and how well they did.
final class HeadPass {
  /// How well the heads did, after `run`.
  private(set) var figures = HeadFigures()

  let network: any Layer<SparseTensor>
  private let losses: HeadLosses
  private let targets: HeadTargets?
  private let geometry: ImageGeometry

  init(
    _ network: any Layer<SparseTensor>, _ losses: HeadLosses, _ targets: HeadTargets?,
    _ geometry: ImageGeometry
  ) {
    self.network = network
    self.losses = losses
    self.targets = targets
    self.geometry = geometry
  }

  /// Runs the network; where there are targets, the loss is that of its heads.
  func run(_ input: SparseTensor) throws -> Trainer.Said {
    guard let targets, let headed = network as? any HeadedNetwork<SparseTensor> else {
      return Trainer.Said(scores: try network(input))
    }
    let said = try headed.scores(input)
    var sum: Loss?
    if let events = said.events {
      let loss = try CrossEntropy(classWeights: HeadLosses.kindWeights)(
        events, labels: targets.kinds.map(\.rawValue))
      sum = losses.classification * loss
      try figures.judgeKinds(events.features.value, targets)
    }
    if let vertex = said.vertex {
      let loss = losses.vertex * losses.parts(vertex, targets)
      sum = sum.map { $0 + loss } ?? loss
      figures.judgeVertices(vertex, targets, geometry)
    }
    return Trainer.Said(scores: said.pixels, otherLoss: sum)
  }
}
