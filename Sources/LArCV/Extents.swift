import HDF5Files

/// A table of extents in memory: row i says which rows of the next table belong to it.
struct Extents {
  private let file: String
  private let path: String
  private let first: [UInt64]
  private let count: [UInt32]

  /// Reads the whole table of a product's events.
  ///
  /// - Throws: `LArCVError` when there is not one row for each event of the file.
  init(events table: HDF5Table, entryCount: Int) throws(LArCVError) {
    guard table.rowCount == entryCount else {
      throw .badData(
        table.file,
        "\(table.path) has \(table.rowCount) rows for the \(entryCount) events of "
          + "/Events/event_id; \(LArCVError.copyAgain)")
    }
    try self.init(table: table)
  }

  /// Reads the whole table.
  init(table: HDF5Table) throws(LArCVError) {
    file = table.file
    path = table.path
    guard table.rowCount <= Extents.mostRows else {
      throw .badData(
        table.file,
        "\(table.path) has \(table.rowCount) rows, more than the \(Extents.mostRows) this reader "
          + "keeps in memory; split the file")
    }
    let rows = try table.rows(0..<table.rowCount)
    first = (0..<table.rowCount).map { rows.load($0, 0, as: UInt64.self) }
    count = (0..<table.rowCount).map { rows.load($0, 8, as: UInt32.self) }
  }

  /// Sixteen million projections: five million events of three planes, 200 MB of memory.
  private static let mostRows = 1 << 24

  /// Checks that rows belong to what comes first before they belong to what comes next.
  ///
  /// larcv3 follows `first` in some places and running sums in others, so it would give the voxels
  /// of one projection to another where they disagree.
  ///
  /// - Throws: `LArCVError` naming the first row that begins before the one before it ends.
  func checkOrder() throws(LArCVError) {
    var end: UInt64 = 0
    for row in first.indices where count[row] > 0 {
      guard first[row] >= end else {
        throw .badData(
          file,
          "\(path) row \(row) begins at \(first[row]), before the rows before it end at \(end); "
            + LArCVError.copyAgain)
      }
      // Whatever overflows points beyond any table, which following it finds.
      end = first[row].addingReportingOverflow(UInt64(count[row])).partialValue
    }
  }

  /// The rows of `table` that belong to row `row`, proven to exist.
  func range(_ row: Int, in table: HDF5Table) throws(LArCVError) -> Range<Int> {
    precondition(first.indices.contains(row), "row beyond the extents")
    let (end, overflows) = first[row].addingReportingOverflow(UInt64(count[row]))
    guard !overflows, end <= UInt64(table.rowCount) else {
      throw .badData(
        file,
        "\(path) row \(row) points to \(count[row]) rows from \(first[row]) on, but "
          + "\(table.path) has \(table.rowCount); \(LArCVError.copyAgain)")
    }
    return Int(first[row])..<Int(end)
  }
}
