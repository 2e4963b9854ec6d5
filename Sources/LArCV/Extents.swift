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
}
