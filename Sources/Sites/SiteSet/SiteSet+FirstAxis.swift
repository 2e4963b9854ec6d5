extension SiteSet {
  /// The rows of each position on the first axis, as wire planes are: one range for each event.
  ///
  /// Cost: a binary search for each event and position.
  public func rowsAlongFirstAxis() -> [[Range<Int>]] {
    guard let extent = spatialSize.first else { return [] }
    return (0..<extent).map { position in
      eventRows.map {
        firstRow(of: $0, notBelow: position)..<firstRow(of: $0, notBelow: position + 1)
      }
    }
  }

  /// The first of an event's rows whose position on the first axis is not below another.
  private func firstRow(of rows: Range<Int>, notBelow position: Int) -> Int {
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if packing.coordinate(of: keys[middle], axis: 0) < position {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
