import HDF5Files

/// A table of extents in memory: row i says which rows of the next table belong to it.
struct Extents {
  private let file: String
  private let path: String
  private let first: [UInt64]
  private let count: [UInt32]
  /// The number of the first row kept.
  private let base: Int

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
    guard table.rowCount <= Extents.mostRows else {
      throw .badData(
        table.file,
        "\(table.path) has \(table.rowCount) rows, more than the \(Extents.mostRows) this reader "
          + "keeps in memory; split the file")
    }
    try self.init(table: table, rows: 0..<table.rowCount)
  }

  /// Reads some rows, in blocks so that they as stored take little memory beside what is kept.
  init(table: HDF5Table, rows range: Range<Int>) throws(LArCVError) {
    file = table.file
    path = table.path
    base = range.lowerBound
    var first: [UInt64] = []
    var count: [UInt32] = []
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
      let block = start..<min(start + Self.block, range.upperBound)
      let rows = try table.rows(block)
      for row in 0..<block.count {
        first.append(rows.load(row, 0, as: UInt64.self))
        count.append(rows.load(row, 8, as: UInt32.self))
      }
    }
    self.first = first
    self.count = count
  }

  /// Rows that are read at once.
  static let block = 1 << 16

  /// Sixteen million projections: five million events of three planes, 200 MB of memory.
  private static let mostRows = 1 << 24

  /// Whether a row is kept.
  func contains(_ row: Int) -> Bool { first.indices.contains(row - base) }

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
    precondition(contains(row), "row beyond the extents")
    let (first, count) = (first[row - base], count[row - base])
    let (end, overflows) = first.addingReportingOverflow(UInt64(count))
    guard !overflows, end <= UInt64(table.rowCount) else {
      throw .badData(
        file,
        "\(path) row \(row) points to \(count) rows from \(first) on, but "
          + "\(table.path) has \(table.rowCount); \(LArCVError.copyAgain)")
    }
    return Int(first)..<Int(end)
  }
}
