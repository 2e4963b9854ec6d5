import Foundation

/// How the learning rate grows with the number of ranks, by a factor on its schedule.
public enum RankScaling: String, CaseIterable, Sendable {
  /// It does not.
  case none
  /// By the root of their number.
  case root = "sqrt"
  /// By their number (Goyal and others, arXiv:1706.02677); give it a warm-up.
  case linear
  /// CosmicTagger's of 2019: from one to the root between steps 50 and 100, and from step 600 on down by
  /// a factor e in a thousand steps.
  case rootOf2019 = "sqrt-2019"

  /// The factor of a step.
  public func factor(step: Int, ranks: Int) -> Double {
    let root = Double(ranks).squareRoot()
    switch self {
    case .none: return 1
    case .root: return root
    case .linear: return Double(ranks)
    case .rootOf2019:
      if step <= 50 { return 1 }
      if step < 100 { return 1 + (root - 1) * Double(step - 50) / 50 }
      return step <= 600 ? root : root * exp(-0.001 * Double(step - 600))
    }
  }
}
