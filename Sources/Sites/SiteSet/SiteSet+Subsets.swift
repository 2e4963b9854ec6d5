/// Sets made of other sets: fewer sites, the sites of several, one site an event.
extension SiteSet {
  /// The sites a mask keeps, in the same order.
  ///
  /// - Parameter mask: for each row whether it stays.
  /// - Throws: `SiteError` when the mask has another length.
  public func subset(keeping mask: [Bool]) throws(SiteError) -> SiteSet {
    guard mask.count == count else { throw SiteError.maskCount(mask.count, sites: count) }
    return try SiteSet(
      packing: packing, sortedKeys: zip(keys, mask).compactMap { $1 ? $0 : nil })
  }

  /// All sites that are in this set or in another of the same batch and image.
  ///
  /// Cost: one merge.
  ///
  /// - Throws: `SiteError` when batch or image differ, or when there are too many sites.
  public func union(_ other: SiteSet) throws(SiteError) -> SiteSet {
    try checkPacking(of: other)
    if hasSameSites(as: other) { return self }
    return try SiteSet(packing: packing, sortedKeys: Reach.merge(keys, other.keys))
  }

  /// For each row of this set the row of the same site in another set of the same batch and image,
  /// or -1 where the other has it not.
  ///
  /// Cost: one merge.
  ///
  /// - Throws: `SiteError` when batch or image differ.
  public func rows(in other: SiteSet) throws(SiteError) -> [Int32] {
    try checkPacking(of: other)
    var rows = [Int32](repeating: -1, count: count)
    var candidate = 0
    for (row, key) in keys.enumerated() {
      while candidate < other.count, other.keys[candidate] < key { candidate += 1 }
      if candidate < other.count, other.keys[candidate] == key { rows[row] = Int32(candidate) }
    }
    return rows
  }

  private func checkPacking(of other: SiteSet) throws(SiteError) {
    guard packing == other.packing else {
      throw SiteError.differentSizes(
        batchSize: batchSize, spatialSize: spatialSize, otherBatchSize: other.batchSize,
        otherSpatialSize: other.spatialSize)
    }
  }

  /// One site for each event, also for events without any other: the origin of an image of size one.
  ///
  /// What is known of whole events, as after global pooling, lives on these sites.
  ///
  /// - Throws: `SiteError` for a dimension outside 1...4 or an impossible batch.
  public static func events(batchSize: Int, dimension: Int) throws(SiteError) -> SiteSet {
    guard (1...4).contains(dimension) else { throw SiteError.dimension(dimension) }
    try checkRowCount(batchSize)
    let packing = try SitePacking(
      batchSize: batchSize, spatialSize: [Int](repeating: 1, count: dimension))
    return try SiteSet(
      packing: packing,
      sortedKeys: (0..<UInt64(batchSize)).map { $0 << UInt64(packing.batchShift) })
  }

  /// Whether this is the set of one site for each event that `events` makes.
  public var isOnePerEvent: Bool {
    count == batchSize && spatialSize.allSatisfy { $0 == 1 }
  }

  /// For each row its position in the full images of the batch, event by event, row-major: the
  /// batch's index first, the last axis fastest.
  ///
  /// - Throws: `SiteError` when the images have more positions than a 32-bit number can count.
  public func positions() throws(SiteError) -> [Int32] {
    var positionCount = batchSize
    for size in spatialSize {
      let (product, overflow) = positionCount.multipliedReportingOverflow(by: size)
      guard !overflow, product < Int(Int32.max) else {
        throw SiteError.tooManyPositions(batchSize: batchSize, spatialSize: spatialSize)
      }
      positionCount = product
    }
    return keys.map { key in
      var position = packing.event(of: key)
      for axis in 0..<packing.dimension {
        position = position * spatialSize[axis] + packing.coordinate(of: key, axis: axis)
      }
      return Int32(position)
    }
  }

  /// The site set of positions as `positions()` writes them, ascending.
  ///
  /// - Throws: `SiteError` when a position is outside the batch, or when positions do not ascend.
  public convenience init(packing: SitePacking, positions: [Int32]) throws(SiteError) {
    var keys: [UInt64] = []
    keys.reserveCapacity(positions.count)
    for (row, position) in positions.enumerated() {
      var (key, rest): (UInt64, Int) = (0, Int(position))
      for axis in (0..<packing.dimension).reversed() where rest >= 0 {
        key |= UInt64(rest % packing.spatialSize[axis]) << UInt64(packing.shifts[axis])
        rest /= packing.spatialSize[axis]
      }
      guard rest >= 0, rest < packing.batchSize else {
        throw SiteError.keyOutside(row: row, spatialSize: packing.spatialSize)
      }
      keys.append(key | UInt64(rest) << UInt64(packing.batchShift))
    }
    try self.init(packing: packing, sortedKeys: keys)
  }
}
