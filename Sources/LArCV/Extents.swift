import HDF5Files

/// A table of extents: row i says which rows of the next table belong to it.
///
/// Rows are read in blocks as they are asked for, and some blocks are kept, so a file of any length
/// costs the same memory: see `RowBlocks`.
final class Extents {
  private let table: HDF5Table
  private var blocks: RowBlocks<RowBytes>

  /// Prepares to read the table of a product's events.
  ///
  /// - Throws: `LArCVError` when there is not one row for each event of the file.
  convenience init(events table: HDF5Table, entryCount: Int) throws(LArCVError) {
    guard table.rowCount == entryCount else {
      throw .badData(
        table.file,
        "\(table.path) has \(table.rowCount) rows for the \(entryCount) events of "
          + "/Events/event_id; \(LArCVError.copyAgain)")
    }
    self.init(table: table)
  }

  /// Prepares to read a table.
  init(table: HDF5Table) {
    self.table = table
    blocks = RowBlocks(rowCount: table.rowCount)
  }

  /// The rows of `next` that belong to row `row`, proven to exist.
  func range(_ row: Int, in next: HDF5Table) throws(LArCVError) -> Range<Int> {
    let (rows, position) = try blocks.block(of: row, read: table.rows)
    let first = rows.load(position, 0, as: UInt64.self)
    let count = rows.load(position, 8, as: UInt32.self)
    let (end, overflows) = first.addingReportingOverflow(UInt64(count))
    guard !overflows, end <= UInt64(next.rowCount) else {
      throw .badData(
        table.file,
        "\(table.path) row \(row) points to \(count) rows from \(first) on, but "
          + "\(next.path) has \(next.rowCount); \(LArCVError.copyAgain)")
    }
    return Int(first)..<Int(end)
  }

  /// Checks that rows belong to what comes first before they belong to what comes next.
  ///
  /// larcv3 follows `first` in some places and running sums in others, so it would give the voxels
  /// of one projection to another where they disagree.  Reads the whole table once, block by block.
  ///
  /// - Throws: `LArCVError` naming the first row that begins before the one before it ends.
  func checkOrder() throws(LArCVError) {
    var end: UInt64 = 0
    try forEachRow { row, first, count throws(LArCVError) in
      guard count > 0 else { return }
      guard first >= end else {
        throw .badData(
          table.file,
          "\(table.path) row \(row) begins at \(first), before the rows before it end at \(end); "
            + LArCVError.copyAgain)
      }
      // Whatever overflows points beyond any table, which following it finds.
      end = first.addingReportingOverflow(UInt64(count)).partialValue
    }
  }

  /// Reads all rows, in blocks of which none is kept.
  func forEachRow(
    _ body: (_ row: Int, _ first: UInt64, _ count: UInt32) throws(LArCVError) -> Void
  ) throws(LArCVError) {
    let blockRows = 1 << 16
    for start in stride(from: 0, to: table.rowCount, by: blockRows) {
      let range = start..<min(start + blockRows, table.rowCount)
      let rows = try table.rows(range)
      for position in 0..<range.count {
        try body(
          start + position, rows.load(position, 0, as: UInt64.self),
          rows.load(position, 8, as: UInt32.self))
      }
    }
  }
}
