#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The softmax of one row of logits.
public func softmax(_ logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let exponentials = logits.map { exp($0 - largest) }
  let sum = exponentials.reduce(0, +)
  return exponentials.map { $0 / sum }
}

/// The cross-entropy of one row of logits: minus the logarithm of the label's probability.
public func crossEntropy(_ logits: [Double], label: Int) -> Double {
  let largest = logits.max() ?? 0
  return log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest - logits[label]
}

/// A loss with its gradient.
public struct LossValue: Equatable, Sendable {
  /// The loss.
  public var value: Double
  /// The derivative by every logit: rows × classes.
  public var gradient: [[Double]]

  /// A loss with its gradient.
  public init(value: Double, gradient: [[Double]]) {
    self.value = value
    self.gradient = gradient
  }
}

/// The weighted sum of cross-entropies, divided by a number of the caller's choice.
///
/// `Σ_r weights[r] · CE_r / divisor`; weights and divisor count as constants in the gradient.
///
/// - Parameters:
///   - logits: rows × classes.
///   - labels: the class of each row.
///   - weights: one per row.
///   - divisor: what the sum is divided by; the sum of the weights if nil.
public func softmaxCrossEntropy(
  _ logits: [[Double]], labels: [Int], weights: [Double], divisor: Double? = nil
) -> LossValue {
  let divisor = divisor ?? weights.reduce(0, +)
  guard divisor != 0 else {
    return LossValue(value: 0, gradient: logits.map { $0.map { _ in 0 } })
  }
  var value = 0.0
  var gradient: [[Double]] = []
  for (row, label) in zip(logits.indices, labels) {
    let factor = weights[row] / divisor
    value += factor * crossEntropy(logits[row], label: label)
    var derivative = softmax(logits[row])
    derivative[label] -= 1
    gradient.append(derivative.map { factor * $0 })
  }
  return LossValue(value: value, gradient: gradient)
}
