import Foundation

/// What repeating a piece of work told.
struct Timing {
  /// Median of the repetitions.
  let median: Double
  /// The shortest.
  let best: Double

  /// Repeats work until `seconds` have gone by, but three times at least, after once to warm up.
  init(lasting seconds: Double, _ work: () throws -> Void) rethrows {
    try work()
    let clock = ContinuousClock()
    let start = clock.now
    var durations: [Double] = []
    repeat {
      durations.append(try clock.measure(work) / .seconds(1))
    } while durations.count < 3 || (clock.now - start) / .seconds(1) < seconds
    self.init(durations)
  }

  /// Of durations that were taken elsewhere.
  init(_ durations: [Double]) {
    let sorted = durations.sorted()
    median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    best = sorted.first ?? 0
  }
}
