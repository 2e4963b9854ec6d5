import KernelOperands

/// A rulebook as kernels see it: rows to read, rows to write, cut into blocks of written rows.
///
/// Pairs are grouped by filter offset and ascend in both columns. The memory belongs to the rulebook
/// and must outlive the call.
public struct Rules {
  /// Rows that are read, pair by pair.
  public let sources: UnsafePointer<Int32>

  /// Rows that are written, pair by pair.
  public let targets: UnsafePointer<Int32>

  /// Pairs of offset `k` are `offsetStarts[k]..<offsetStarts[k + 1]`.
  public let offsetStarts: UnsafePointer<Int>

  /// First pair of each block and offset: `blockStarts[block * offsets + k]`.
  public let blockStarts: UnsafePointer<Int>

  /// Number of filter offsets.
  public let offsets: Int

  /// Number of blocks of written rows.
  public let blocks: Int

  /// Rows in a block.
  public let rowsPerBlock: Int

  /// Number of rows that are read from.
  public let sourceRows: Int

  /// Number of rows that are written.
  public let targetRows: Int

  /// The offset whose pairs are exactly (row, row), if there is one: it needs no gathering.
  public let identityOffset: Int?

  /// Whether every written row has exactly one pair.
  public let writesEachRowOnce: Bool

  /// Describes a rulebook.
  public init(
    sources: UnsafePointer<Int32>, targets: UnsafePointer<Int32>,
    offsetStarts: UnsafePointer<Int>, blockStarts: UnsafePointer<Int>, offsets: Int, blocks: Int,
    rowsPerBlock: Int, sourceRows: Int, targetRows: Int, identityOffset: Int?,
    writesEachRowOnce: Bool = false
  ) {
    self.sources = sources
    self.targets = targets
    self.offsetStarts = offsetStarts
    self.blockStarts = blockStarts
    self.offsets = offsets
    self.blocks = blocks
    self.rowsPerBlock = rowsPerBlock
    self.sourceRows = sourceRows
    self.targetRows = targetRows
    self.identityOffset = identityOffset
    self.writesEachRowOnce = writesEachRowOnce
  }

  /// Rows of a block.
  func rows(ofBlock block: Int) -> Range<Int> {
    block * rowsPerBlock..<min(targetRows, (block + 1) * rowsPerBlock)
  }

  /// Pairs of one offset whose target is in a block.
  func pairs(block: Int, offset: Int) -> Range<Int> {
    blockStarts[block * offsets + offset]..<blockStarts[(block + 1) * offsets + offset]
  }

  /// The same as row numbers.
  func rowPairs(block: Int, offset: Int) -> RowPairs {
    rowPairs(pairs(block: block, offset: offset))
  }

  /// Some pairs as row numbers.
  func rowPairs(_ pairs: Range<Int>) -> RowPairs {
    RowPairs(
      sources: sources + pairs.lowerBound, targets: targets + pairs.lowerBound,
      count: pairs.count)
  }
}
