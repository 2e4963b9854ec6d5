/// How CosmicTagger weights pixels against the surplus of background.
public enum BalanceScheme: String, CaseIterable, Sendable {
  /// Every pixel counts the same.
  case none
  /// Background 1, cosmic 1.5, neutrino 10.
  case light
  /// `0.3333 / (n + 1)` for a class with `n` pixels in the plane over the whole batch.
  case even
  /// `(1 − p)²` with the probability `p` of the label.
  case focal
}

/// How the weighted cross-entropies of one plane become one number.
public enum PlaneReduction: Sendable {
  /// `Σ w·CE / Σ w`, as today's master does.
  case weightedMean
  /// `Σ w·CE / n`, as version 2.1 does; the focal weight then carries its factor 1/3.
  case pixelMean
}

/// CosmicTagger's segmentation loss: one weighted mean per plane, summed over the planes.
///
/// Weights count as constants in the gradient. Pixels that were never stored enter only if asked
/// for: each with logits of zero and the label 0, so a constant in the value (and a share of the
/// divisor), and no gradient.
///
/// - Parameters:
///   - logits: stored sites × classes.
///   - labels: the class of each site: background 0, cosmic 1, neutrino 2.
///   - planes: the plane of each site.
///   - scheme: the weighting.
///   - reduction: how a plane's sum is normalised.
///   - emptyPixels: for each plane the pixels of the batch that are not stored, or zeros.
/// - Returns: the loss and its gradient by the stored logits.
public func segmentationLoss(
  _ logits: [[Double]], labels: [Int], planes: [Int], scheme: BalanceScheme,
  reduction: PlaneReduction = .weightedMean, emptyPixels: [Int]
) -> LossValue {
  var total = LossValue(value: 0, gradient: logits.map { $0.map { _ in 0 } })
  for (plane, empty) in emptyPixels.enumerated() {
    let rows = planes.indices.filter { planes[$0] == plane }
    let loss = planeLoss(
      rows.map { logits[$0] }, labels: rows.map { labels[$0] }, scheme: scheme,
      reduction: reduction, emptyPixels: empty)
    total.value += loss.value
    for (row, derivative) in zip(rows, loss.gradient) { total.gradient[row] = derivative }
  }
  return total
}

/// The loss of one plane; see `segmentationLoss`.
private func planeLoss(
  _ logits: [[Double]], labels: [Int], scheme: BalanceScheme, reduction: PlaneReduction,
  emptyPixels: Int
) -> LossValue {
  let classes = logits.first?.count ?? 3
  let blank = Array(repeating: 0.0, count: classes)
  var counts = Array(repeating: 0, count: classes)
  for label in labels { counts[label] += 1 }
  counts[0] += emptyPixels
  let weigh = { (logits: [Double], label: Int) in
    pixelWeight(logits, label: label, scheme: scheme, counts: counts, reduction: reduction)
  }
  let weights = zip(logits, labels).map(weigh)
  let blankWeight = emptyPixels == 0 ? 0 : Double(emptyPixels) * weigh(blank, 0)
  let divisor =
    switch reduction {
    case .weightedMean: weights.reduce(blankWeight, +)
    case .pixelMean: Double(logits.count + emptyPixels)
    }
  guard divisor > 0 else { return LossValue(value: 0, gradient: logits.map { _ in blank }) }
  var loss = softmaxCrossEntropy(logits, labels: labels, weights: weights, divisor: divisor)
  loss.value += blankWeight * crossEntropy(blank, label: 0) / divisor
  return loss
}

private func pixelWeight(
  _ logits: [Double], label: Int, scheme: BalanceScheme, counts: [Int],
  reduction: PlaneReduction
) -> Double {
  switch scheme {
  case .none: return 1
  case .light: return [1, 1.5, 10][label]
  case .even: return 0.3333 / Double(counts[label] + 1)
  case .focal:
    let missing = 1 - softmax(logits)[label]
    return missing * missing / (reduction == .pixelMean ? 3 : 1)
  }
}

/// The losses of June 2019: all planes and images pooled into one mean.
///
/// - Parameters:
///   - logits: stored sites × classes.
///   - labels: the class of each site in the seed's convention: background 0, neutrino 1, cosmic 2.
///   - balanced: weights 0.05, 1 and 0.25 for classes 0, 1 and 2, or 1 for all.
///   - emptyPixels: pixels never stored that enter with zero logits and label 0.
public func seedLoss(
  _ logits: [[Double]], labels: [Int], balanced: Bool, emptyPixels: Int
) -> LossValue {
  let classWeights = balanced ? [0.05, 1, 0.25] : [1, 1, 1]
  let blank = Array(repeating: 0.0, count: logits.first?.count ?? 3)
  let weights = labels.map { classWeights[$0] }
  let blankWeight = Double(emptyPixels) * classWeights[0]
  let divisor = weights.reduce(blankWeight, +)
  guard divisor > 0 else { return LossValue(value: 0, gradient: logits.map { _ in blank }) }
  var loss = softmaxCrossEntropy(logits, labels: labels, weights: weights, divisor: divisor)
  loss.value += blankWeight * crossEntropy(blank, label: 0) / divisor
  return loss
}
