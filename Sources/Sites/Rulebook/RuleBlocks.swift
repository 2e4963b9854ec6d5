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
    let rowsPerBlock = Self.rowsPerBlock(rowCount)
    let count = (rowCount + rowsPerBlock - 1) / rowsPerBlock
    self.rowCount = rowCount
    self.rowsPerBlock = rowsPerBlock
    self.count = count
    starts = rows.withUnsafeBufferPointer { rows in
      LargeMemory.array(Int.self, count: (count + 1) * offsets) { starts in
        for offset in 0..<offsets {
          var pair = offsetStarts[offset]
          let end = offsetStarts[offset + 1]
          for block in 0..<count {
            starts[block * offsets + offset] = pair
            // A row has one pair of an offset at most, which bounds the search.
            pair = Self.firstPair(
              pair..<min(end, pair + rowsPerBlock), of: rows,
              notBelow: Int32(min(rowCount, (block + 1) * rowsPerBlock)))
          }
          starts[count * offsets + offset] = end
        }
      }
    }
  }

  private init(rowsPerBlock: Int, rowCount: Int, count: Int, starts: [Int]) {
    self.rowsPerBlock = rowsPerBlock
    self.rowCount = rowCount
    self.count = count
    self.starts = starts
  }

  /// The blocks of the other column of a rulebook that is its own mirror image.
  func mirrored(offsetStarts: [Int]) -> RuleBlocks {
    let offsets = offsetStarts.count - 1
    let mirrored = starts.withUnsafeBufferPointer { starts in
      LargeMemory.array(Int.self, count: starts.count) { mirrored in
        for offset in 0..<offsets {
          let mirror = offsets - 1 - offset
          let distance = offsetStarts[offset] - offsetStarts[mirror]
          for block in 0...count {
            mirrored[block * offsets + offset] = starts[block * offsets + mirror] + distance
          }
        }
      }
    }
    return RuleBlocks(
      rowsPerBlock: rowsPerBlock, rowCount: rowCount, count: count, starts: mirrored)
  }

  /// Where an ascending stretch of a column reaches a row, by halving without branches.
  private static func firstPair(
    _ pairs: Range<Int>, of rows: UnsafeBufferPointer<Int32>, notBelow row: Int32
  ) -> Int {
    var first = pairs.lowerBound
    var length = pairs.count
    while length > 0 {
      let half = (length + 1) / 2
      first += rows[first + half - 1] < row ? half : 0
      length -= half
    }
    return first
  }
}
