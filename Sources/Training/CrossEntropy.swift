import Autodiff
import Kernels
import Layers
import Tensors

/// The mean cross-entropy of rows of scores: `Σ w·(-log softmax(scores)[label]) / Σ w`.
///
/// A row is whatever the network scores: an event after `GlobalPooling`, a site, or a point after
/// `OutputLayer`. Weights are one, or the classes' as PyTorch's `weight`; rows of an ignored label
/// count for nothing, as with `ignore_index`. Where no row counts the loss is zero. Where ranks share the
/// batch the mean is over the rows of all of them, and each gets its part.
///
/// ```swift
/// let loss = try CrossEntropy()(scores, labels: [0, 2, 1])
/// let rare = try CrossEntropy(classWeights: [1, 1, 10], ignoring: 255)(scores, labels: labels)
/// ```
public struct CrossEntropy: Sendable {
  /// How much a row of each class counts; nothing for all alike.
  public let classWeights: [Float]?

  /// The label of rows that do not count; it need not be a class.
  public let ignoredLabel: UInt8?

  /// A loss with its settings.
  ///
  /// - Parameters:
  ///   - classWeights: a number of zero or more for each class.
  ///   - ignoredLabel: the label of rows that do not count.
  public init(classWeights: [Float]? = nil, ignoring ignoredLabel: UInt8? = nil) {
    self.classWeights = classWeights
    self.ignoredLabel = ignoredLabel
  }

  /// The loss of scores on sites or events.
  ///
  /// - Parameters:
  ///   - scores: `[rows, classes]`.
  ///   - labels: the true class of each row.
  /// - Throws: `TrainingError` when labels and rows differ in number, when a label is neither a class
  ///   nor ignored, or when the weights are not those of the classes.
  public func callAsFunction(
    _ scores: SparseTensor, labels: [UInt8]
  ) throws(TrainingError) -> Loss {
    try self(scores.features, labels: labels)
  }

  /// The loss of scores of points, or of any other rows.
  ///
  /// - Parameters:
  ///   - scores: `[rows, classes]`.
  ///   - labels: the true class of each row.
  /// - Throws: `TrainingError` when labels and rows differ in number, when a label is neither a class
  ///   nor ignored, or when the weights are not those of the classes.
  public func callAsFunction(
    _ scores: Variable, labels: [UInt8]
  ) throws(TrainingError) -> Loss {
    try check(labels, rows: scores.rows, classes: scores.channels)
    let arena = scores.tape.compute.arena
    let weights = arena.scratch(Float.self, count: scores.rows)
    for (row, label) in labels.enumerated() {
      weights[row] = label == ignoredLabel ? 0 : classWeights?[Int(label)] ?? 1
    }
    var totals = [(0..<scores.rows).reduce(0) { $0 + Double(weights[$1]) }]
    scores.tape.compute.ranks?.sum(&totals)
    let total = totals[0]
    guard total > 0, scores.rows > 0 else {
      return Loss(
        0, of: scores, gradient: arena.zeros(rows: scores.rows, channels: scores.channels))
    }
    // An ignored label may be none of the classes: without weight, any class does.
    let classes = ignoredLabel == nil ? labels : labels.map { $0 == ignoredLabel ? 0 : $0 }
    return classes.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { preconditionFailure("rows have labels") }
      return mean(of: scores, labels: classes, weights: weights, total: total)
    }
  }

  private func mean(
    of scores: Variable, labels: UnsafePointer<UInt8>, weights: UnsafeMutablePointer<Float>,
    total: Double
  ) -> Loss {
    let (compute, logits) = (scores.tape.compute, scores.value)
    let entropy = compute.crossEntropy(logits, labels: labels)
    var sum = 0.0
    for row in 0..<scores.rows {
      sum += Double(weights[row]) * Double(entropy.values[row])
      weights[row] = Float(Double(weights[row]) / total)
    }
    let gradient = compute.crossEntropyGradient(
      probabilities: compute.softmax(logits), labels: labels, weights: weights)
    return Loss(sum / total, of: scores, gradient: gradient)
  }

  private func check(_ labels: [UInt8], rows: Int, classes: Int) throws(TrainingError) {
    guard labels.count == rows else { throw .labelCount(labels.count, rows: rows) }
    if let label = labels.first(where: { $0 >= classes && $0 != ignoredLabel }) {
      throw .label(Int(label), classes: classes)
    }
    if let classWeights { try checkClassWeights(classWeights, classes: classes) }
  }
}

/// Checks that there is a weight for each class, and that it can weigh.
func checkClassWeights(_ weights: [Float], classes: Int) throws(TrainingError) {
  guard weights.count == classes, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
    throw .classWeights(weights, classes: classes)
  }
}
