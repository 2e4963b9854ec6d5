extension PointMap {
  /// A map of points given by coordinates.
  ///
  /// - Parameters:
  ///   - packing: batch and image size.
  ///   - coordinates: `[points × dimension]`, the coordinates of one point after those of another.
  ///   - events: the event of each point, in any order.
  /// - Throws: `SiteError` naming the first point outside batch or image, or when the two lists do
  ///   not belong together.
  public convenience init(
    packing: SitePacking, coordinates: [Int32], events: [Int32]
  ) throws(SiteError) {
    let dimension = packing.dimension
    guard coordinates.count == events.count * dimension else {
      throw SiteError.pointCoordinates(
        coordinates.count, points: events.count, dimension: dimension)
    }
    var keys: [UInt64] = []
    keys.reserveCapacity(events.count)
    for (point, event) in events.enumerated() {
      keys.append(
        try packing.key(
          ofPoint: point, event: Int(event),
          coordinates[point * dimension..<(point + 1) * dimension]))
    }
    try self.init(packing: packing, checkedKeys: keys)
  }

  /// A map of points in SparseConvNet's padded form, as `BLInputLayer` reads it.
  ///
  /// Point `event × length + place` is the one in that place of the event's list.
  ///
  /// - Parameters:
  ///   - packing: batch and image size.
  ///   - paddedCoordinates: `[events × length × dimension]`; a row with a negative coordinate is
  ///     empty and belongs to no site.
  ///   - length: rows for each event.
  /// - Throws: `SiteError` naming the first point outside the image, or when the list is not of
  ///   that shape.
  public convenience init(
    packing: SitePacking, paddedCoordinates: [Int32], length: Int
  ) throws(SiteError) {
    let dimension = packing.dimension
    let (points, overflow) = packing.batchSize.multipliedReportingOverflow(by: length)
    guard
      !overflow, points >= 0, paddedCoordinates.count % dimension == 0,
      paddedCoordinates.count / dimension == points
    else {
      throw SiteError.pointCoordinates(
        paddedCoordinates.count, points: overflow ? Int.max : points, dimension: dimension)
    }
    var keys: [UInt64] = []
    keys.reserveCapacity(points)
    for point in 0..<points {
      let place = paddedCoordinates[point * dimension..<(point + 1) * dimension]
      if place.contains(where: { $0 < 0 }) {
        keys.append(PointMap.emptyRow)
      } else {
        keys.append(try packing.key(ofPoint: point, event: point / length, place))
      }
    }
    try self.init(packing: packing, checkedKeys: keys)
  }
}

extension SitePacking {
  /// The key of a point, or an error that names it.
  fileprivate func key(
    ofPoint point: Int, event: Int, _ place: ArraySlice<Int32>
  ) throws(SiteError) -> UInt64 {
    guard event >= 0, event < batchSize else {
      throw SiteError.pointEvent(event, point: point, batchSize: batchSize)
    }
    var key = UInt64(event) << UInt64(batchShift)
    for (axis, coordinate) in place.enumerated() {
      guard coordinate >= 0, Int(coordinate) < spatialSize[axis] else {
        throw SiteError.pointOutside(
          Int(coordinate), axis: axis, point: point, spatialSize: spatialSize)
      }
      key |= UInt64(coordinate) << UInt64(shifts[axis])
    }
    return key
  }
}
