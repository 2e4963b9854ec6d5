import Autodiff
import Kernels
import Layers
import Tensors

/// Weighted cross-entropy over sites: `Σ_groups Σ w·CE / Σ w`.
///
/// Weights are constants of the gradient. Only stored sites enter: where an image has no site there
/// is nothing to learn, and a constant in the loss would only hide its changes.
///
/// ```swift
/// let step = try training.step(learningRate: 1e-3) { tape in
///   let scores = try network(SparseTensor(features, plan: batch.plan, tape: tape))
///   return try SegmentationLoss(.focal)(scores, batch)
/// }
/// ```
public struct SegmentationLoss: Sendable {
  /// How sites are weighted.
  public enum Weighting: Equatable, Sendable {
    /// All alike.
    case none
    /// By the true class: a number of zero or more for each.
    case perClass([Float])
    /// By one over the number of sites of the true class: `0.3333 / (count + 1)`.
    case even
    /// By how wrong the prediction is: `(1 - p)²` with the true class's probability `p`
    /// (Lin et al., arXiv:1708.02002, γ = 2, held constant in the gradient).
    case focal
  }

  /// How sites are weighted.
  public let weighting: Weighting

  /// Whether all groups are normalised together (one mean over everything) rather than each by
  /// itself and then added.
  public let poolsGroups: Bool

  /// A loss with its weighting.
  public init(_ weighting: Weighting = .none, poolsGroups: Bool = false) {
    self.weighting = weighting
    self.poolsGroups = poolsGroups
  }

  /// The loss of a batch.
  ///
  /// A group without sites, or without any weight, adds nothing. Sums are taken in double precision
  /// and in row order. Where ranks share the batch, weights and their totals are those of all ranks: each
  /// gets its part of the loss, and they add up to that of the whole batch.
  ///
  /// - Parameters:
  ///   - scores: `[sites, classes]` on the sites of the batch.
  ///   - batch: the sites' labels and groups.
  /// - Throws: `TrainingError` when scores are of other sites or classes than the batch, or when
  ///   weights by class are not those of the classes.
  public func callAsFunction(
    _ scores: SparseTensor, _ batch: LabelledSites
  ) throws(TrainingError) -> Loss {
    try check(scores, batch)
    let (compute, logits) = (scores.tape.compute, scores.features.value)
    let probabilities = compute.softmax(logits)
    let weights = compute.arena.scratch(Float.self, count: batch.count)
    weigh(batch, probabilities: probabilities, compute.ranks, into: weights)
    let totals = totals(weights, batch, compute.ranks)
    return batch.labels.withUnsafeBufferPointer { labels in
      guard batch.count > 0, let labels = labels.baseAddress else {
        return Loss(
          0, of: scores.features,
          gradient: compute.arena.zeros(rows: 0, channels: scores.channels))
      }
      let entropy = compute.crossEntropy(logits, labels: labels)
      let loss = normalise(weights, by: totals, entropy: entropy, batch)
      let gradient = compute.crossEntropyGradient(
        probabilities: probabilities, labels: labels, weights: weights)
      return Loss(loss, of: scores.features, gradient: gradient)
    }
  }

  private func check(_ scores: SparseTensor, _ batch: LabelledSites) throws(TrainingError) {
    guard scores.rows == batch.count else {
      throw .labelCount(batch.count, rows: scores.rows)
    }
    guard scores.channels == batch.classes else {
      throw .channels(scores.channels, classes: batch.classes)
    }
    if case .perClass(let factors) = weighting {
      try checkClassWeights(factors, classes: batch.classes)
    }
  }

  private func weigh(
    _ batch: LabelledSites, probabilities: Tensor, _ ranks: (any Ranks)?,
    into weights: UnsafeMutablePointer<Float>
  ) {
    switch weighting {
    case .none:
      weights.update(repeating: 1, count: batch.count)
    case .perClass(let factors):
      for row in 0..<batch.count { weights[row] = factors[Int(batch.labels[row])] }
    case .even:
      let classes = probabilities.channels
      var counts = [Double](repeating: 0, count: batch.groupCount * classes)
      for row in 0..<batch.count {
        counts[group(of: row, batch) * classes + Int(batch.labels[row])] += 1
      }
      ranks?.sum(&counts)
      for row in 0..<batch.count {
        let count = counts[group(of: row, batch) * classes + Int(batch.labels[row])]
        weights[row] = 0.3333 / Float(count + 1)
      }
    case .focal:
      for row in 0..<batch.count {
        let miss = 1 - probabilities.values[row * probabilities.channels + Int(batch.labels[row])]
        weights[row] = miss * miss
      }
    }
  }

  /// The total weight of each group.
  private func totals(
    _ weights: UnsafeMutablePointer<Float>, _ batch: LabelledSites, _ ranks: (any Ranks)?
  ) -> [Double] {
    var totals = [Double](repeating: 0, count: batch.groupCount)
    for row in 0..<batch.count { totals[group(of: row, batch)] += Double(weights[row]) }
    ranks?.sum(&totals)
    return totals
  }

  /// Divides each weight by its group's total, and returns the loss.
  private func normalise(
    _ weights: UnsafeMutablePointer<Float>, by totals: [Double], entropy: Tensor,
    _ batch: LabelledSites
  ) -> Double {
    var loss = 0.0
    for row in 0..<batch.count {
      let total = totals[group(of: row, batch)]
      let share = total > 0 ? Double(weights[row]) / total : 0
      weights[row] = Float(share)
      loss += share * Double(entropy.values[row])
    }
    return loss
  }

  private func group(of row: Int, _ batch: LabelledSites) -> Int {
    poolsGroups ? 0 : Int(batch.groups[row])
  }
}
