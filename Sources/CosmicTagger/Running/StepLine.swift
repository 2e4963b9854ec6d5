import Foundation

/// The line a training step prints, in the original's form: metrics first, then rates and times.
public struct StepLine {
  /// What the figures are of: `train`, `test` or `ana`.
  public var kind: String
  /// Number of the step, from zero.
  public var step: Int
  /// The loss, where there is one.
  public var loss: Double?
  /// The five figures.
  public var metrics: SegmentationMetrics
  /// How the heads did, if there are any.
  public var heads: HeadFigures
  /// Events a second of this step.
  public var eventsPerSecond: Double
  /// Parts of the step and their seconds, in the order they are printed.
  public var seconds: [(name: String, value: Double)]

  /// A line with all it says.
  public init(
    kind: String = "train", step: Int, loss: Double?, metrics: SegmentationMetrics,
    heads: HeadFigures = HeadFigures(), eventsPerSecond: Double,
    seconds: [(name: String, value: Double)]
  ) {
    self.kind = kind
    self.step = step
    self.loss = loss
    self.metrics = metrics
    self.heads = heads
    self.eventsPerSecond = eventsPerSecond
    self.seconds = seconds
  }

  /// `train Step 3 metrics: loss: 0.712, accuracy: 0.991, … (4.1 Img/s / 0.003 read / …)`.
  public var text: String {
    let figures =
      (loss.map { [("loss", $0)] } ?? [])
      + metrics.named.dropLast().map { ($0.line, $0.value) }
    let values = (figures + heads.named.map { ($0.name, $0.value) }).map {
      "\($0.0): \(Self.significant($0.1))"
    }.joined(
      separator: ", ")
    let times = seconds.map { String(format: "%.3f ", $0.value) + $0.name }
    let rate = String(format: "%.2f Img/s", eventsPerSecond)
    return "\(kind) Step \(step) metrics: \(values) (\(([rate] + times).joined(separator: " / ")))"
  }

  static func significant(_ value: Double) -> String {
    value.isNaN ? "nan" : String(format: "%.4g", value)
  }
}
