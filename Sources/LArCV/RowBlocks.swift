/// Rows of a table, read in blocks of neighbours of which the latest are kept.
///
/// 1024 rows a block and 64 blocks: tables of up to 65,536 rows are read once, longer ones hold 1 MiB (of
/// extents, 16 bytes a row) however long they are. Events at random in a longer table cost a block
/// each, some tenths of a millisecond.
struct RowBlocks {
  struct Block {
    /// The row of the table that is row 0 of `rows`.
    let first: Int
    let rows: RowBytes
  }

  private let rowCount: Int
  private let blockRows: Int
  private let mostBlocks: Int
  private var kept: [Int: Block] = [:]
  /// Numbers of the kept blocks, the one read first at the front.
  private var order: [Int] = []

  init(rowCount: Int, blockRows: Int = 1024, mostBlocks: Int = 64) {
    self.rowCount = rowCount
    self.blockRows = blockRows
    self.mostBlocks = mostBlocks
  }

  /// The block that holds a row.
  mutating func block(
    of row: Int, read: (Range<Int>) throws(LArCVError) -> RowBytes
  ) throws(LArCVError) -> Block {
    precondition((0..<rowCount).contains(row), "row beyond the table")
    let number = row / blockRows
    if let block = kept[number] { return block }
    let first = number * blockRows
    let block = Block(first: first, rows: try read(first..<min(first + blockRows, rowCount)))
    if order.count == mostBlocks { kept[order.removeFirst()] = nil }
    kept[number] = block
    order.append(number)
    return block
  }
}
