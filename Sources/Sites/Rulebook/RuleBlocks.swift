/// Cuts a column of a rulebook into blocks of rows, so that each row is written by one thread.
public struct RuleBlocks: Sendable {
  /// Rows of a block.
  ///
  /// Small enough for gathered rows and products to stay in the cache, large enough for a matrix
  /// product; between the two the number matters little. On few rows blocks are smaller, so that
  /// there are some to share out. It follows from the row count alone, never from the thread count.
  public let rowsPerBlock: Int

  static func rowsPerBlock(_ rowCount: Int) -> Int {
    min(512, max(64, (rowCount / 8 + 15) / 16 * 16))
  }

  /// Number of rows in the column's site set.
  public let rowCount: Int

  /// Number of blocks.
  public let count: Int

  /// `starts[block * offsets + k]` is the first pair of offset `k` at or after the block's first
  /// row; there is one block more than `count`, for the ends.
  public let starts: [Int]

  init(rows: [Int32], offsetStarts: [Int], rowCount: Int) {
    let offsets = offsetStarts.count - 1
    self.rowCount = rowCount
    rowsPerBlock = Self.rowsPerBlock(rowCount)
    count = (rowCount + rowsPerBlock - 1) / rowsPerBlock
    var starts = [Int](repeating: 0, count: (count + 1) * offsets)
    for offset in 0..<offsets {
      var pair = offsetStarts[offset]
      let end = offsetStarts[offset + 1]
      for block in 0..<count {
        pair = Self.firstPair(pair..<end, of: rows, notBelow: block * rowsPerBlock)
        starts[block * offsets + offset] = pair
      }
      starts[count * offsets + offset] = end
    }
    self.starts = starts
  }

  /// Where an ascending stretch of a column reaches a row, by halving.
  private static func firstPair(
    _ pairs: Range<Int>, of rows: [Int32], notBelow row: Int
  ) -> Int {
    var (low, high) = (pairs.lowerBound, pairs.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int(rows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
