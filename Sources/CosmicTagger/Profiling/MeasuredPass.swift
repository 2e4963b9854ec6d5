import Autodiff
import Sites
import Training

/// A stretch of time.
typealias TimeSpan = Range<ContinuousClock.Instant>

extension TimeSpan {
  /// From one instant to a later one; nothing if it is not later.
  static func from(
    _ start: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) -> TimeSpan {
    start..<Swift.max(start, end)
  }

  /// Its length.
  var seconds: Double { (upperBound - lowerBound) / .seconds(1) }

  /// Seconds that it has in common with another.
  func overlap(_ other: TimeSpan) -> Double { clamped(to: other).seconds }
}

/// What was measured of one pass over a batch: a training step, or inference.
struct MeasuredPass {
  /// From the end of the pass before to its own: waiting for the plan included.
  let time: TimeSpan
  /// What it waited for its batch to be planned.
  let waiting: TimeSpan
  /// When the plan was made, on the thread that plans ahead.
  let planning: TimeSpan
  /// The rulebooks of the plan.
  let rulebooks: [MeasuredRulebook]
  /// The parts of a training step; nothing for inference.
  let step: TrainingLoop.Step?
  /// Layers with their time.
  let trace: Trace
  /// Sites of the batch.
  let sites: Int
  /// How often the memory of the steps had to grow.
  let allocations: Int

  /// Seconds of all, waiting included.
  var seconds: Double { time.seconds }

  /// Seconds of planning that no computation hid.
  var exposedPlanning: Double { waiting.overlap(planning) }

  /// Seconds of the layers that multiply by weights, forward and backward.
  var convolutionSeconds: Double {
    trace.entries.reduce(0) { $1.multiplyAdds > 0 ? $0 + $1.seconds : $0 }
  }

  /// Seconds of all other layers, and of sums and joins between layers.
  var otherLayerSeconds: Double {
    (trace.entries + trace.betweenLayers).reduce(0) {
      $1.multiplyAdds > 0 ? $0 : $0 + $1.seconds
    }
  }
}

/// A rulebook of a plan, without its pairs.
struct MeasuredRulebook: Sendable {
  let form: RulebookForm
  let geometry: FilterGeometry
  let sites: Int
  let time: TimeSpan

  init(_ entry: Plan.Entry) {
    form = entry.rulebook.form
    geometry = entry.rulebook.geometry
    sites = entry.rulebook.inputSites.count
    time = .from(entry.start, to: entry.start + .seconds(entry.seconds))
  }
}

extension Trace.Entry {
  /// Seconds forward and backward.
  var seconds: Double { forwardSeconds + backwardSeconds }
}

extension Collection where Element == Double {
  /// The middle one of the sorted values, the mean of the two in the middle; zero of none.
  var median: Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
