/// Which site each point of a batch belongs to: the bridge between a detector's hits, in any order
/// and possibly several at one place, and the sorted, distinct sites that layers work on.
///
/// ```swift
/// let packing = try SitePacking(batchSize: 2, spatialSize: [512, 512])
/// let map = try PointMap(
///   packing: packing, coordinates: [7, 9, 3, 4, 7, 9], events: [0, 1, 0])
/// map.sites.count  // 2
/// map.rowOfPoint  // [0, 1, 0]: other libraries' inverse mapping
/// map.firstPointOfSite  // [0, 1]: their unique index
/// ```
///
/// Cost: one sort of the points. A batch without points is an ordinary map.
public final class PointMap: Sendable {
  /// The distinct places of all points, sorted.
  public let sites: SiteSet

  /// For each point the row of its site, or -1 for an empty row of the padded form.
  public let rowOfPoint: [Int32]

  /// The points of each site, in the order they appear in.
  public let groups: RowGroups

  /// Number of points, empty rows included.
  public var pointCount: Int { rowOfPoint.count }

  /// Whether any site has more than one point.
  public var hasDuplicates: Bool { groups.members.count > sites.count }

  /// The point of each site that appears first.
  public var firstPointOfSite: [Int32] {
    (0..<sites.count).map { groups.members[Int(groups.starts[$0])] }
  }

  /// The point of each site that appears last.
  public var lastPointOfSite: [Int32] {
    (0..<sites.count).map { groups.members[Int(groups.starts[$0 + 1]) - 1] }
  }

  /// The first point whose place an earlier point has already, with that earlier point.
  public var firstDuplicate: (point: Int, earlier: Int)? {
    for (point, row) in rowOfPoint.enumerated() where row >= 0 {
      let first = Int(groups.members[Int(groups.starts[Int(row)])])
      if first != point { return (point, first) }
    }
    return nil
  }

  /// A map of points given by their packed keys, in any order.
  ///
  /// - Throws: `SiteError` naming the first point whose key is outside the sizes, or when there are
  ///   more points than a 32-bit number can count.
  public convenience init(packing: SitePacking, keys: [UInt64]) throws(SiteError) {
    for (point, key) in keys.enumerated() where !packing.holds(key) {
      throw SiteError.pointKey(point: point, spatialSize: packing.spatialSize)
    }
    try self.init(packing: packing, checkedKeys: keys)
  }

  /// The key of an empty row, which no packing makes: keys have 63 bits.
  static let emptyRow = UInt64.max

  /// A map of keys that are known to be inside the sizes, or `emptyRow`.
  init(packing: SitePacking, checkedKeys keys: [UInt64]) throws(SiteError) {
    guard keys.count < Int(Int32.max) else { throw SiteError.tooManyPoints(keys.count) }
    var order = (0..<Int32(keys.count)).filter { keys[Int($0)] != PointMap.emptyRow }
    // Rows are numbered by key alone, so equal keys may come out of the sort in any order.
    order.sort { keys[Int($0)] < keys[Int($1)] }
    var rowOfPoint = [Int32](repeating: -1, count: keys.count)
    var distinct: [UInt64] = []
    for point in order {
      let key = keys[Int(point)]
      if distinct.last != key { distinct.append(key) }
      rowOfPoint[Int(point)] = Int32(distinct.count - 1)
    }
    sites = try SiteSet(packing: packing, sortedKeys: distinct)
    self.rowOfPoint = rowOfPoint
    groups = RowGroups(rowOfPoint: rowOfPoint, rowCount: distinct.count)
  }
}

extension SitePacking {
  /// Whether a key is one of this packing's.
  func holds(_ key: UInt64) -> Bool {
    event(of: key) < batchSize
      && (0..<dimension).allSatisfy { coordinate(of: key, axis: $0) < spatialSize[$0] }
  }
}
