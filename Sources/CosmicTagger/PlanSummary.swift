import Foundation
import Sites

/// What a plan holds, in one line: sites from the finest level to the coarsest, rulebooks, and what
/// they took to build.
public struct PlanSummary {
  private let plan: Plan

  /// The summary of a plan that a network has filled.
  public init(_ plan: Plan) {
    self.plan = plan
  }

  /// `Plan of the first batch: sites 34026 → 23260 → …, 20 rulebooks, 1.2 million pairs, 0.031 s`.
  public var line: String {
    var sites = [plan.sites]
    for entry in plan.entries {
      let next = entry.rulebook.outputSites
      if !sites.contains(where: { $0.hasSameSites(as: next) }) { sites.append(next) }
    }
    let counts = sites.map { String($0.count) }.joined(separator: " → ")
    let pairs = plan.entries.reduce(0) { $0 + $1.rulebook.pairCount }
    let seconds = plan.entries.reduce(0) { $0 + $1.seconds }
    return "Plan of the first batch: sites \(counts), \(plan.entries.count) rulebooks, "
      + String(format: "%.2f million pairs, %.3f s", Double(pairs) / 1e6, seconds)
  }
}
