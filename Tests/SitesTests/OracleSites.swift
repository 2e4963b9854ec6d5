import Reference
import Sites

/// The pairs of a production rulebook as the oracle writes them.
func pairs(_ rulebook: Rulebook) -> [[RulePair]] {
  (0..<rulebook.geometry.volume).map { offset in
    rulebook.pairs(offset: offset).map { RulePair(input: $0.input, output: $0.output) }
  }
}

/// A filter on an image, whose rulebook is compared with the oracle's.
struct RulebookCase: CustomStringConvertible, Sendable {
  var spatialSize: [Int]
  var filterSize: [Int]
  var stride: [Int]
  var count: Int
  /// Events 0 to 3 of which only these have sites.
  var events = [0, 2]

  var description: String {
    "\(count) sites of \(spatialSize), filter \(filterSize), stride \(stride), events \(events)"
  }

  static let counts = [0, 1, 5, 120]

  static let submanifold: [RulebookCase] = counts.flatMap { count in
    [
      ([9], [1]), ([9], [3]), ([9], [2]), ([40], [16]),
      ([6, 7], [3, 3]), ([6, 7], [2, 2]), ([1, 9], [3, 5]), ([6, 7], [4, 1]), ([2, 2], [5, 5]),
      ([3, 6, 7], [1, 3, 3]), ([3, 6, 7], [3, 1, 1]), ([3, 6, 7], [3, 3, 3]),
      ([3, 6, 7], [1, 5, 5]), ([4, 4, 4], [2, 2, 2]), ([4, 4, 4], [1, 1, 1]),
      ([2, 3, 4, 5], [3, 3, 3, 3]), ([2, 3, 4, 5], [1, 2, 3, 2]),
    ].map { RulebookCase(spatialSize: $0.0, filterSize: $0.1, stride: $0.1, count: count) }
  }

  static let strided: [RulebookCase] = counts.flatMap { count in
    [
      ([8], [2], [2]), ([9], [3], [2]), ([9], [1], [2]), ([9], [9], [1]),
      ([8, 6], [2, 2], [2, 2]), ([7, 9], [3, 3], [2, 2]), ([7, 9], [3, 3], [1, 1]),
      ([7, 9], [1, 1], [3, 2]), ([8, 9], [2, 3], [3, 1]),
      ([3, 8, 6], [1, 2, 2], [1, 2, 2]), ([3, 8, 6], [3, 1, 1], [1, 1, 1]),
      ([5, 8, 7], [5, 2, 3], [1, 2, 4]),
      ([2, 4, 6, 4], [2, 2, 2, 2], [2, 2, 2, 2]), ([3, 5, 3, 5], [3, 3, 1, 3], [1, 2, 1, 2]),
    ].map { RulebookCase(spatialSize: $0.0, filterSize: $0.1, stride: $0.2, count: count) }
  }

  func sites() -> [[Int]] {
    var random = SplitMix(seed: UInt64(count + spatialSize.count))
    return randomSites(count, events: events, spatialSize: spatialSize, random: &random)
  }
}
