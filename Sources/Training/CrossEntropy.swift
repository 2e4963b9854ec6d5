import Autodiff
import Kernels
import Layers

/// The mean cross-entropy of rows of scores: `mean(-log softmax(scores)[label])`.
///
/// A row is whatever the network scores: an event after `GlobalPooling`, a site otherwise. No rows
/// have a loss of zero.
///
/// ```swift
/// let loss = try CrossEntropy()(scores, labels: [0, 2, 1])
/// ```
public struct CrossEntropy {
  /// A loss without settings.
  public init() {}

  /// The loss of scores on sites or events.
  ///
  /// - Parameters:
  ///   - scores: `[rows, classes]`.
  ///   - labels: the true class of each row.
  /// - Throws: `TrainingError` when labels and rows differ in number, or a label is no class.
  public func callAsFunction(
    _ scores: SparseTensor, labels: [UInt8]
  ) throws(TrainingError) -> Loss {
    let (rows, classes) = (scores.rows, scores.channels)
    guard labels.count == rows else { throw .labelCount(labels.count, rows: rows) }
    if let label = labels.first(where: { $0 >= classes }) {
      throw .label(Int(label), classes: classes)
    }
    let compute = scores.tape.compute
    let logits = scores.features.value
    return labels.withUnsafeBufferPointer { labels in
      guard let labels = labels.baseAddress else {
        return Loss(
          0, of: scores.features, gradient: compute.arena.zeros(rows: 0, channels: classes))
      }
      let entropy = compute.crossEntropy(logits, labels: labels)
      let weights = compute.arena.scratch(Float.self, count: rows)
      weights.update(repeating: 1 / Float(rows), count: rows)
      let value = (0..<rows).reduce(0) { $0 + Double(entropy.values[$1]) } / Double(rows)
      let gradient = compute.crossEntropyGradient(
        probabilities: compute.softmax(logits), labels: labels, weights: weights)
      return Loss(value, of: scores.features, gradient: gradient)
    }
  }
}
