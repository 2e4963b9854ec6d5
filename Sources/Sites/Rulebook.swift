/// Which input row feeds which output row under which filter offset.
///
/// Pairs are grouped by offset, and ascend in both columns within an offset (a step keeps the order
/// of sorted sites). One rulebook serves several operators: the convolution it was made for, its
/// input gradient and the inverse operators (`Deconvolution`, `UnPooling`), which read the two
/// columns with their roles swapped.
public final class Rulebook: Sendable {
  /// The filter it was made for.
  public let geometry: FilterGeometry

  /// Sites of the input column.
  public let inputSites: SiteSet

  /// Sites of the output column; the input's own for a submanifold rulebook.
  public let outputSites: SiteSet

  /// Input rows of all pairs, offset by offset.
  public let inputRows: [Int32]

  /// Output rows of all pairs, offset by offset.
  public let outputRows: [Int32]

  /// Pairs of offset `k` are `offsetStarts[k]..<offsetStarts[k + 1]`.
  public let offsetStarts: [Int]

  /// The offset whose pairs are exactly (row, row): the centre of a submanifold filter.
  public let identityOffset: Int?

  /// Where blocks of output rows begin in the pairs of each offset.
  public let outputBlocks: RuleBlocks

  /// Where blocks of input rows begin: for operators that write the input column.
  public let inputBlocks: RuleBlocks

  /// Number of pairs: the multiply-adds of a convolution are pairs × input × output channels.
  public var pairCount: Int { inputRows.count }

  init(
    geometry: FilterGeometry, inputSites: SiteSet, outputSites: SiteSet, pairs: [SitePairs],
    identityOffset: Int?
  ) {
    self.geometry = geometry
    self.inputSites = inputSites
    self.outputSites = outputSites
    self.identityOffset = identityOffset
    var starts = [0]
    for pair in pairs { starts.append(starts[starts.count - 1] + pair.count) }
    offsetStarts = starts
    inputRows = pairs.flatMap(\.inputRows)
    outputRows = pairs.flatMap(\.outputRows)
    outputBlocks = RuleBlocks(rows: outputRows, offsetStarts: starts, rowCount: outputSites.count)
    inputBlocks = RuleBlocks(rows: inputRows, offsetStarts: starts, rowCount: inputSites.count)
    checkInvariants()
  }

  /// The pairs of one offset as row numbers, for tests and printing.
  public func pairs(offset: Int) -> [(input: Int, output: Int)] {
    (offsetStarts[offset]..<offsetStarts[offset + 1]).map {
      (Int(inputRows[$0]), Int(outputRows[$0]))
    }
  }
}

/// Cuts a column of a rulebook into blocks of rows, so that each row is written by one thread.
public struct RuleBlocks: Sendable {
  /// Rows of a block.
  ///
  /// Small enough for gathered rows and products to stay in the cache, large enough for a matrix
  /// product: 256 to 1024 measured alike on many rows. On few rows blocks are smaller, so that there
  /// are some to share out. It follows from the row count alone, never from the thread count.
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
      for block in 0...count {
        let firstRow = block * rowsPerBlock
        while pair < offsetStarts[offset + 1], Int(rows[pair]) < firstRow { pair += 1 }
        starts[block * offsets + offset] = block == count ? offsetStarts[offset + 1] : pair
      }
    }
    self.starts = starts
  }
}
