import Training

/// All figures of one step, or of many events.
public struct StepFigures: Sendable {
  /// The loss.
  public let loss: Double
  /// The means over planes.
  public let metrics: SegmentationMetrics
  /// How the heads did, if there are any.
  public let heads: HeadFigures
  private let planes: [SegmentationMetrics]

  /// The figures of a step.
  ///
  /// - Parameter confusions: `[event][plane]`.
  public init(
    loss: Double, _ confusions: [[Confusion]], pixelsPerImage: Int,
    averaging: TrainingConfiguration.Averaging, heads: HeadFigures = HeadFigures()
  ) {
    self.loss = loss
    self.heads = heads
    metrics = SegmentationMetrics(
      confusions, pixelsPerImage: pixelsPerImage, averaging: averaging)
    planes = (0..<(confusions.first?.count ?? 0)).map { plane in
      SegmentationMetrics(
        confusions.map { [$0[plane]] }, pixelsPerImage: pixelsPerImage, averaging: averaging)
    }
  }

  /// Those of a step that was not taken: nobody knows them, but they have the names of one that was.
  init(unknownOf planes: Int, heads: HeadFigures = HeadFigures()) {
    loss = .nan
    self.heads = heads.unjudged
    metrics = .unknown
    self.planes = [SegmentationMetrics](repeating: .unknown, count: planes)
  }

  /// Names and values as the original's tables and TensorBoard entries have them: the loss first, then
  /// the means, then each plane's.
  public var named: [(name: String, value: Double)] {
    var named = [(name: "loss", value: loss)] + Self.named(metrics, "Average")
    named += heads.named.map { ("Average/\($0.table)", $0.value) }
    for (plane, metrics) in planes.enumerated() {
      named += Self.named(metrics, "plane\(plane)")
      named += heads.named(ofPlane: plane).map { ("plane\(plane)/\($0.table)", $0.value) }
    }
    return named
  }

  private static func named(
    _ metrics: SegmentationMetrics, _ of: String
  ) -> [(name: String, value: Double)] {
    metrics.named.map { ("\(of)/\($0.table)", $0.value) }
  }
}
