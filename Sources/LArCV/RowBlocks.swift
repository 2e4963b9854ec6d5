/// Rows of a table, read in blocks of neighbours of which the latest are kept.
///
/// 1024 rows a block and 64 blocks: tables of up to 65,536 rows are read once, longer ones hold 1 MiB (of
/// extents, 16 bytes a row) however long they are. Events at random in a longer table cost a block
/// each, some tenths of a millisecond.
package struct RowBlocks<Rows> {
  private let rowCount: Int
  private let blockRows: Int
  private let mostBlocks: Int
  private var kept: [Int: Rows] = [:]
  /// Numbers of the kept blocks, the one read first at the front.
  private var order: [Int] = []

  /// Blocks of a table none of which has been read yet.
  package init(rowCount: Int, blockRows: Int = 1024, mostBlocks: Int = 64) {
    self.rowCount = rowCount
    self.blockRows = blockRows
    self.mostBlocks = mostBlocks
  }

  /// The block that holds a row, and the row's position in it.
  ///
  /// - Parameter read: Reads some rows; called for a block that is not kept.
  package mutating func block<Failure>(
    of row: Int, read: (Range<Int>) throws(Failure) -> Rows
  ) throws(Failure) -> (rows: Rows, position: Int) {
    precondition((0..<rowCount).contains(row), "row beyond the table")
    let number = row / blockRows
    let first = number * blockRows
    if let rows = kept[number] { return (rows, row - first) }
    let rows = try read(first..<min(first + blockRows, rowCount))
    if order.count == mostBlocks { kept[order.removeFirst()] = nil }
    kept[number] = rows
    order.append(number)
    return (rows, row - first)
  }

  /// How many blocks are kept.
  package var keptCount: Int { kept.count }
}
