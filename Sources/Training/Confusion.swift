import Tensors

/// How often each class was taken for each other, in one image of one group: the counts from which
/// every accuracy and overlap follows exactly.
public struct Confusion: Codable, Equatable, Sendable {
  /// Number of classes.
  public let classes: Int

  /// `counts[label * classes + prediction]`.
  public private(set) var counts: [Int]

  /// No sites yet.
  public init(classes: Int) {
    self.classes = classes
    counts = [Int](repeating: 0, count: classes * classes)
  }

  /// Counts from elsewhere.
  ///
  /// - Parameter counts: `counts[label * classes + prediction]`.
  public init(classes: Int, counts: [Int]) {
    precondition(counts.count == classes * classes, "a count for each label and prediction")
    self.classes = classes
    self.counts = counts
  }

  /// Counts one site.
  public mutating func add(label: Int, prediction: Int) {
    counts[label * classes + prediction] += 1
  }

  /// Adds the counts of another image.
  public mutating func add(_ other: Confusion) {
    precondition(other.classes == classes, "only equal numbers of classes are added")
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// Number of sites.
  public var total: Int { counts.reduce(0, +) }

  /// Sites whose class was predicted.
  public var correct: Int { (0..<classes).reduce(0) { $0 + counts[$1 * classes + $1] } }

  /// Sites of a class whose class was predicted.
  public func correct(_ label: Int) -> Int { counts[label * classes + label] }

  /// Sites of a class.
  public func labelled(_ label: Int) -> Int {
    (0..<classes).reduce(0) { $0 + counts[label * classes + $1] }
  }

  /// Sites predicted to be of a class.
  public func predicted(_ prediction: Int) -> Int {
    (0..<classes).reduce(0) { $0 + counts[$1 * classes + prediction] }
  }

  /// Sites that are of a class, or predicted to be.
  public func union(_ label: Int) -> Int {
    labelled(label) + predicted(label) - correct(label)
  }
}

/// The class of the largest logit of each row; the lowest of equal ones, as in PyTorch.
///
/// - Parameter logits: `[sites, classes]`.
/// - Throws: `TrainingError` for more classes than a byte can number.
public func predictions(_ logits: Tensor) throws(TrainingError) -> [UInt8] {
  guard logits.channels <= 256 else { throw .classes(logits.channels) }
  return (0..<logits.rows).map { row in
    let values = logits.values + row * logits.channels
    var best = 0
    for index in 1..<max(logits.channels, 1) where values[index] > values[best] { best = index }
    return UInt8(best)
  }
}

/// The confusion of every event and group of a batch: `[event][group]`.
///
/// - Throws: `TrainingError` when predictions and sites differ in number, or a prediction is none of
///   the batch's classes.
public func confusions(
  _ predictions: [UInt8], _ batch: LabelledSites
) throws(TrainingError) -> [[Confusion]] {
  guard predictions.count == batch.count else {
    throw .predictionCount(predictions.count, sites: batch.count)
  }
  if let prediction = predictions.first(where: { $0 >= batch.classes }) {
    throw .prediction(Int(prediction), classes: batch.classes)
  }
  return batch.plan.sites.eventRows.map { rows in
    var images = [Confusion](
      repeating: Confusion(classes: batch.classes), count: batch.groupCount)
    for row in rows {
      images[Int(batch.groups[row])].add(
        label: Int(batch.labels[row]), prediction: Int(predictions[row]))
    }
    return images
  }
}
