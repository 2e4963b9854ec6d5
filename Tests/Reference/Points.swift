/// Points, full images and events, from their definitions.

/// The distinct places of points, sorted; empty rows have none.
public func pointSites(_ points: [[Int]?]) -> [[Int]] {
  sortedSites(Set(points.compactMap { $0 }))
}

/// What becomes of several points at one place.
public enum PointRule: Sendable {
  /// The first point counts.
  case first
  /// The last point counts.
  case last
  /// All are added.
  case sum
  /// All are averaged.
  case mean
}

/// The features of points on the sites they are at.
///
/// - Parameters:
///   - features: points × channels.
///   - points: the place of each, `[batch, first coordinate, …]`, or nil for an empty row.
public func featuresOnSites(
  _ features: [[Double]], points: [[Int]?], rule: PointRule, channels: Int
) -> [[Double]] {
  pointSites(points).map { site in
    let own = points.indices.filter { points[$0] == site }
    let chosen =
      switch rule {
      case .first: Array(own.prefix(1))
      case .last: Array(own.suffix(1))
      case .sum, .mean: own
      }
    return (0..<channels).map { channel in
      let sum = chosen.reduce(0) { $0 + features[$1][channel] }
      return rule == .mean ? sum / Double(chosen.count) : sum
    }
  }
}

/// The features of each point's site; zeros for an empty row, and where there is no site.
public func featuresAtPoints(
  _ features: [[Double]], sites: [[Int]], points: [[Int]?], channels: Int
) -> [[Double]] {
  let rows = rowNumbers(of: sites)
  return points.map { point in
    point.flatMap { rows[$0] }.map { features[$0] } ?? Array(repeating: 0, count: channels)
  }
}

/// The row of the site nearest to a point, by looking at all of them; nil if none is near enough.
///
/// - Parameter radius: how many places away a site may be along each axis.
public func nearestSite(
  to point: [Double], event: Int, sites: [[Int]], radius: Int
) -> Int? {
  guard point.allSatisfy(\.isFinite) else { return nil }
  var best: (row: Int, distance: Double)?
  for (row, site) in sites.enumerated() where site[0] == event {
    let place = site.dropFirst().map(Double.init)
    let isNear = zip(place, point).allSatisfy {
      abs($0 - $1.rounded(.down)) <= Double(radius)
    }
    let distance = zip(place, point).reduce(0) { sum, pair in
      sum + (pair.0 + 0.5 - pair.1) * (pair.0 + 0.5 - pair.1)
    }
    if isNear, distance < best?.distance ?? .infinity { best = (row, distance) }
  }
  return best?.row
}

/// Every position of the images of a batch, `[batch, first coordinate, …]`, row-major.
public func allPositions(batchSize: Int, spatialSize: [Int]) -> [[Int]] {
  (0..<batchSize).flatMap { batch in filterOffsets(spatialSize).map { [batch] + $0 } }
}

/// Features on every position, a value of its own for each channel where there is no site.
public func featuresOnPositions(
  _ features: [[Double]], sites: [[Int]], batchSize: Int, spatialSize: [Int], fill: [Double]
) -> [[Double]] {
  let rows = rowNumbers(of: sites)
  return allPositions(batchSize: batchSize, spatialSize: spatialSize).map { position in
    rows[position].map { features[$0] } ?? fill
  }
}

/// The positions where any channel is farther from `background` than `threshold`.
public func activePositions(
  _ image: [[Double]], batchSize: Int, spatialSize: [Int], background: [Double], threshold: Double
) -> [[Int]] {
  zip(allPositions(batchSize: batchSize, spatialSize: spatialSize), image).compactMap {
    position, values in
    zip(values, background).contains { abs($0 - $1) > threshold } ? position : nil
  }
}

/// From channels last to channels first: `[image][channel][position]`.
public func channelsFirst(_ image: [[Double]], images: Int, channels: Int) -> [Double] {
  let positions = images == 0 ? 0 : image.count / images
  return (0..<images).flatMap { number in
    (0..<channels).flatMap { channel in
      (0..<positions).map { image[number * positions + $0][channel] }
    }
  }
}
