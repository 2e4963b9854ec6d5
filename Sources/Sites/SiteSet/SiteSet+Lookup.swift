/// Finding sites near points whose coordinates are real numbers.
///
/// The site at integer place `i` covers `i..<i + 1` along each axis; its centre is `i + 0.5`.
extension SiteSet {
  /// For each point the row of the site it lies in, or -1 where that site is not active.
  ///
  /// This takes features of sites back to the points they were made of, wherever these are.
  ///
  /// - Parameters:
  ///   - coordinates: `[points × dimension]`.
  ///   - events: the event of each point.
  /// - Throws: `SiteError` naming a point outside the batch, or lists that do not belong together.
  public func rows(coordinates: [Float], events: [Int32]) throws(SiteError) -> [Int32] {
    try nearestRows(coordinates: coordinates, events: events, radius: 0)
  }

  /// For each point the row of the nearest active site, or -1 where none is near enough.
  ///
  /// Candidates are the sites of the point's event that are at most `radius` places away from the
  /// place the point lies in along every axis. The nearest is the one whose centre has the smallest
  /// Euclidean distance from the point; of equal ones the lowest row. A point that is outside the
  /// image may find a site inside; one with a coordinate that is not finite finds none.
  ///
  /// Cost: one binary search a point for each line of places along the last axis, at most a scan of
  /// the event.
  ///
  /// - Parameters:
  ///   - coordinates: `[points × dimension]`.
  ///   - events: the event of each point.
  ///   - radius: 0 looks only at the place the point lies in.
  /// - Throws: `SiteError` naming a point outside the batch, lists that do not belong together, or a
  ///   negative radius.
  public func nearestRows(
    coordinates: [Float], events: [Int32], radius: Int
  ) throws(SiteError) -> [Int32] {
    let dimension = packing.dimension
    guard coordinates.count == events.count * dimension else {
      throw SiteError.pointCoordinates(
        coordinates.count, points: events.count, dimension: dimension)
    }
    guard radius >= 0 else { throw SiteError.radius(radius) }
    var rows: [Int32] = []
    rows.reserveCapacity(events.count)
    for (number, event) in events.enumerated() {
      guard event >= 0, Int(event) < batchSize else {
        throw SiteError.pointEvent(Int(event), point: number, batchSize: batchSize)
      }
      var point = SIMD4<Double>()
      for axis in 0..<dimension { point[axis] = Double(coordinates[number * dimension + axis]) }
      var search = NearestSite(sites: self, event: Int(event), point: point, radius: radius)
      rows.append(Int32(search.row()))
    }
    return rows
  }
}

/// The search for the site nearest to one point.
///
/// Sites have four axes at most: places and points are vectors, and no array is made on the way.
private struct NearestSite {
  let sites: SiteSet
  let event: Int
  let point: SIMD4<Double>
  /// The lowest place along each axis that is inside the image and near enough.
  var lower = SIMD4<Int>()
  /// The highest such place.
  var upper = SIMD4<Int>()
  /// Whether no place is.
  var isEmpty = false
  var best = -1
  var bestDistance = Double.infinity

  private var packing: SitePacking { sites.packing }

  init(sites: SiteSet, event: Int, point: SIMD4<Double>, radius: Int) {
    self.sites = sites
    self.event = event
    self.point = point
    // No image is longer than 2⁴⁰, so what is farther out reaches none and need not be counted.
    let farthest = Double(1 << 41)
    let reach = min(radius, 1 << 42)
    for axis in 0..<sites.packing.dimension {
      let place = point[axis].rounded(.down)
      guard place.isFinite, abs(place) <= farthest else {
        isEmpty = true
        return
      }
      lower[axis] = max(0, Int(place) - reach)
      upper[axis] = min(sites.packing.spatialSize[axis] - 1, Int(place) + reach)
      if lower[axis] > upper[axis] { isEmpty = true }
    }
  }

  mutating func row() -> Int {
    guard !isEmpty else { return -1 }
    let rows = sites.eventRows[event]
    let last = packing.dimension - 1
    var lines = 1.0
    for axis in 0..<last { lines *= Double(upper[axis] - lower[axis] + 1) }
    guard lines < Double(max(rows.count, 1)) else {
      for row in rows where isNear(row) { consider(row) }
      return best
    }
    var place = lower
    repeat {
      scanLine(from: place, to: upper[last], in: rows)
    } while advance(&place)
    return best
  }

  private func isNear(_ row: Int) -> Bool {
    for axis in 0..<packing.dimension {
      let place = packing.coordinate(of: sites.keys[row], axis: axis)
      if place < lower[axis] || place > upper[axis] { return false }
    }
    return true
  }

  /// Steps to the next line; false after the last one.
  private func advance(_ place: inout SIMD4<Int>) -> Bool {
    for axis in (0..<packing.dimension - 1).reversed() {
      if place[axis] < upper[axis] {
        place[axis] += 1
        return true
      }
      place[axis] = lower[axis]
    }
    return false
  }

  /// Considers the sites along the last axis, which are neighbours in the order of keys.
  private mutating func scanLine(from place: SIMD4<Int>, to end: Int, in rows: Range<Int>) {
    var line = UInt64(event) << UInt64(packing.batchShift)
    for axis in 0..<packing.dimension {
      line |= UInt64(place[axis]) << UInt64(packing.shifts[axis])
    }
    let lastKey = line + UInt64(end - place[packing.dimension - 1])
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if sites.keys[middle] < line { low = middle + 1 } else { high = middle }
    }
    while low < rows.upperBound, sites.keys[low] <= lastKey {
      consider(low)
      low += 1
    }
  }

  private mutating func consider(_ row: Int) {
    var distance = 0.0
    for axis in 0..<packing.dimension {
      let step = Double(packing.coordinate(of: sites.keys[row], axis: axis)) + 0.5 - point[axis]
      distance += step * step
    }
    if distance < bestDistance || (distance == bestDistance && row < best) {
      best = row
      bestDistance = distance
    }
  }
}
