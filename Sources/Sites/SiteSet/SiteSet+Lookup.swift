/// Finding sites near points whose coordinates are real numbers.
///
/// The site at integer place `i` covers `i..<i + 1` along each axis; its centre is `i + 0.5`.
extension SiteSet {
  /// For each point the row of the site it lies in, or -1 where that site is not active.
  ///
  /// This takes features of sites back to the points they were made of, wherever these are.
  ///
  /// - Parameters:
  ///   - batches: the event of each point.
  ///   - coordinates: `[points × dimension]`.
  /// - Throws: `SiteError` naming a point outside the batch, or lists that do not belong together.
  public func rows(
    ofPointsIn batches: [Int32], at coordinates: [Float]
  ) throws(SiteError) -> [Int32] {
    try nearestRows(batches: batches, coordinates: coordinates, radius: 0)
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
  ///   - batches: the event of each point.
  ///   - coordinates: `[points × dimension]`.
  ///   - radius: 0 looks only at the place the point lies in.
  /// - Throws: `SiteError` naming a point outside the batch, lists that do not belong together, or a
  ///   negative radius.
  public func nearestRows(
    batches: [Int32], coordinates: [Float], radius: Int
  ) throws(SiteError) -> [Int32] {
    let dimension = packing.dimension
    guard coordinates.count == batches.count * dimension else {
      throw SiteError.pointCoordinates(
        coordinates.count, points: batches.count, dimension: dimension)
    }
    guard radius >= 0 else { throw SiteError.radius(radius) }
    var rows: [Int32] = []
    rows.reserveCapacity(batches.count)
    for (point, batch) in batches.enumerated() {
      guard batch >= 0, Int(batch) < batchSize else {
        throw SiteError.pointEvent(Int(batch), point: point, batchSize: batchSize)
      }
      var search = NearestSite(
        sites: self, event: Int(batch),
        point: coordinates[point * dimension..<(point + 1) * dimension].map(Double.init),
        radius: radius)
      rows.append(Int32(search.row()))
    }
    return rows
  }
}

/// The search for the site nearest to one point.
private struct NearestSite {
  let sites: SiteSet
  let event: Int
  let point: [Double]
  /// Places along each axis that are inside the image and near enough.
  let window: [ClosedRange<Int>]?
  var best = -1
  var bestDistance = Double.infinity

  init(sites: SiteSet, event: Int, point: [Double], radius: Int) {
    self.sites = sites
    self.event = event
    self.point = point
    // No image is longer than 2⁴⁰, so what is farther out reaches none and need not be counted.
    let farthest = Double(1 << 41)
    let reach = min(radius, 1 << 42)
    var window: [ClosedRange<Int>]? = []
    for (axis, coordinate) in point.enumerated() {
      let place = coordinate.rounded(.down)
      guard place.isFinite, abs(place) <= farthest else {
        window = nil
        break
      }
      let lower = max(0, Int(place) - reach)
      let upper = min(sites.spatialSize[axis] - 1, Int(place) + reach)
      guard lower <= upper else {
        window = nil
        break
      }
      window?.append(lower...upper)
    }
    self.window = window
  }

  mutating func row() -> Int {
    guard let window, let last = window.last else { return -1 }
    let rows = sites.eventRows[event]
    let lines = window.dropLast().reduce(1.0) { $0 * Double($1.count) }
    guard lines < Double(max(rows.count, 1)) else {
      for row in rows {
        let place = sites.coordinates(row: row)
        if zip(window, place).allSatisfy({ $0.contains($1) }) { consider(row) }
      }
      return best
    }
    var place = window.map(\.lowerBound)
    repeat {
      scanLine(from: place, to: last.upperBound, in: rows)
    } while advance(&place, window)
    return best
  }

  /// Steps to the next line; false after the last one.
  private func advance(_ place: inout [Int], _ window: [ClosedRange<Int>]) -> Bool {
    for axis in window.indices.dropLast().reversed() {
      if place[axis] < window[axis].upperBound {
        place[axis] += 1
        return true
      }
      place[axis] = window[axis].lowerBound
    }
    return false
  }

  /// Considers the sites along the last axis, which are neighbours in the order of keys.
  private mutating func scanLine(from place: [Int], to end: Int, in rows: Range<Int>) {
    let packing = sites.packing
    let line = zip(place, packing.shifts).reduce(UInt64(event) << UInt64(packing.batchShift)) {
      $0 | UInt64($1.0) << UInt64($1.1)
    }
    let lastKey = line + UInt64(end - place[place.count - 1])
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
    for axis in point.indices {
      let step =
        Double(sites.packing.coordinate(of: sites.keys[row], axis: axis)) + 0.5 - point[axis]
      distance += step * step
    }
    if distance < bestDistance || (distance == bestDistance && row < best) {
      best = row
      bestDistance = distance
    }
  }
}
