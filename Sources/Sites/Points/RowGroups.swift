/// A many-to-one relation, read from the side of the one: which points belong to each row.
///
/// The points of row `r` are `members[starts[r]..<starts[r + 1]]`, ascending. Sums over a row's
/// points therefore have one fixed order.
public struct RowGroups: Hashable, Sendable {
  /// Where each row's points begin in `members`, and one entry more for the end.
  public let starts: [Int32]

  /// The points of all rows, row by row.
  public let members: [Int32]

  /// Number of rows.
  public var count: Int { starts.count - 1 }

  /// Groups points by their row.
  ///
  /// Cost: two passes over the points.
  ///
  /// - Parameters:
  ///   - rowOfPoint: for each point its row, or -1 where it has none.
  ///   - rowCount: number of rows; those no point names have an empty group.
  package init(rowOfPoint: [Int32], rowCount: Int) {
    var starts = [Int32](repeating: 0, count: rowCount + 1)
    for row in rowOfPoint where row >= 0 {
      precondition(Int(row) < rowCount, "a point's row exists")
      starts[Int(row) + 1] += 1
    }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    var next = starts
    var members = [Int32](repeating: 0, count: Int(starts[rowCount]))
    for (point, row) in rowOfPoint.enumerated() where row >= 0 {
      members[Int(next[Int(row)])] = Int32(point)
      next[Int(row)] += 1
    }
    self.starts = starts
    self.members = members
  }
}
