/// Branches on different sites, and what is known of whole events, from their definitions.

/// The sum of branches on the sites of all of them, sorted.
public func unionSum(
  _ branches: [(features: [[Double]], sites: [[Int]])], channels: Int
) -> [[Double]] {
  let sites = sortedSites(Set(branches.flatMap(\.sites)))
  return sites.map { site in
    branches.reduce(Array(repeating: 0, count: channels)) { sum, branch in
      guard let row = branch.sites.firstIndex(of: site) else { return sum }
      return zip(sum, branch.features[row]).map { $0 + $1 }
    }
  }
}

/// How an event's sites become one row.
public enum EventReduction: Sendable {
  /// Their sum.
  case sum
  /// Their mean.
  case average
  /// Their maximum.
  case max
}

/// One row for each event, zeros for an event without sites.
public func eventRows(
  _ features: [[Double]], sites: [[Int]], batchSize: Int, reduction: EventReduction, channels: Int
) -> [[Double]] {
  (0..<batchSize).map { event in
    let own = sites.indices.filter { sites[$0][0] == event }.map { features[$0] }
    return (0..<channels).map { channel in
      let values = own.map { $0[channel] }
      let sum = values.reduce(0, +)
      return switch reduction {
      case .sum: sum
      case .average: values.isEmpty ? 0 : sum / Double(values.count)
      case .max: values.max() ?? 0
      }
    }
  }
}

/// Each site's row combined with that of its event.
public func combinedWithEvents(
  _ features: [[Double]], sites: [[Int]], events: [[Double]],
  _ combine: ([Double], [Double]) -> [Double]
) -> [[Double]] {
  zip(features, sites).map { combine($0, events[$1[0]]) }
}
