import HDF5Files

/// Follows a table of extents row by row, and says where its rows do not join.
struct ExtentsCheck {
  private let extents: Extents
  private let table: HDF5Table
  private let target: HDF5Table
  /// Where the next row must begin.
  private var expected = 0

  init(_ extents: Extents, _ table: HDF5Table, of target: HDF5Table) {
    self.extents = extents
    self.table = table
    self.target = target
  }

  /// The rows that belong to a row, or nothing where they do not exist.
  ///
  /// Rows must be visited in their order.  A row without rows may begin anywhere.
  mutating func range(_ row: Int, entry: Int, _ problems: inout ProblemList) -> Range<Int>? {
    do throws(LArCVError) {
      let range = try extents.range(row, in: target)
      guard !range.isEmpty else { return range }
      if range.lowerBound != expected {
        problems.add(
          .extents, table.path, entry: entry,
          "row \(row) begins at row \(range.lowerBound) of \(target.name) where the row before "
            + "ended at \(expected), which larcv3 reads otherwise")
      }
      expected = range.upperBound
      return range
    } catch {
      problems.add(.extents, table.path, entry: entry, error, file: table.file)
      return nil
    }
  }

  /// Rows that belong to nothing.
  func finish(_ problems: inout ProblemList) {
    guard expected < target.rowCount else { return }
    problems.add(
      .rows, target.path,
      "has \(target.rowCount) rows, of which \(table.name) gives only the first \(expected) to "
        + "anything")
  }
}

extension HDF5Table {
  /// The last part of the path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
