import KernelOperands
import Tensors

/// The rows that a rulebook reads or writes, rounded to bfloat16: two channels in the room of one
/// float, and a zero beside an odd one.
///
/// A block reads rows that lie close together, as sites are sorted, so each block's are rounded into
/// memory that stays in the cache, a few of them twice. Where they lie far apart, all are rounded
/// beforehand.
struct RoundedRows {
  /// Floats of a row.
  let width: Int

  private let values: UnsafePointer<Float>
  private let channels: Int
  private let round: (RowRounding) -> Void
  private let all: UnsafePointer<Float>?
  private let blocks: UnsafeMutablePointer<Float>
  private let blockFloats: Int

  /// Rows of a tensor.
  ///
  /// - Parameters:
  ///   - all: every row, rounded already; nothing to round block by block.
  ///   - blocks: memory for the rows of a block in each thread.
  ///   - blockFloats: floats of that memory from one thread to the next.
  fileprivate init(
    _ tensor: Tensor, by loops: BFloat16Loops, all: UnsafePointer<Float>?,
    blocks: UnsafeMutablePointer<Float>, blockFloats: Int
  ) {
    width = (tensor.channels + 1) / 2
    values = UnsafePointer(tensor.values)
    channels = tensor.channels
    round = loops.round
    self.all = all
    self.blocks = blocks
    self.blockFloats = blockFloats
  }

  /// Where row 0 would begin, so that rows of `range` are there to be read until the thread asks
  /// again.
  func start(of range: Range<Int>, thread: Int) -> UnsafePointer<Float> {
    if let all { return all }
    let words = blocks + thread * blockFloats
    round(
      RowRounding(
        values: values + range.lowerBound * channels, channels: channels, count: range.count,
        words: words))
    return UnsafePointer(words - range.lowerBound * width)
  }
}

extension Compute {
  /// The products of bfloat16 that are to be used: none in float32, or where the processor has none.
  var bfloat16: BFloat16Loops? {
    precision == .bfloat16 ? InstructionSet.current.bfloat16 : nil
  }

  /// The rows that blocks read, rounded block by block unless much would be rounded often.
  func roundedSources(
    _ tensor: Tensor, _ rules: Rules, visits: Int, by loops: BFloat16Loops
  ) -> RoundedRows {
    var (sum, largest) = (0, 0)
    for block in 0..<rules.blocks {
      let count = rules.sourceRange(ofBlock: block).count
      (sum, largest) = (sum + visits * count, max(largest, count))
    }
    return sum <= tensor.rows + tensor.rows / 2
      ? roundedBlockwise(tensor, mostRows: largest, by: loops) : rounded(tensor, by: loops)
  }

  /// Rows that are rounded when a block asks for them.
  func roundedBlockwise(
    _ tensor: Tensor, mostRows: Int, by loops: BFloat16Loops
  ) -> RoundedRows {
    let count = mostRows * ((tensor.channels + 1) / 2)
    return RoundedRows(
      tensor, by: loops, all: nil,
      blocks: arena.scratch(Float.self, count: threads.count * count), blockFloats: count)
  }

  /// Rows that are all rounded now.
  func rounded(_ tensor: Tensor, by loops: BFloat16Loops) -> RoundedRows {
    let (rows, channels) = (tensor.rows, tensor.channels)
    let width = (channels + 1) / 2
    let words = arena.scratch(Float.self, count: rows * width)
    threads.forEachTile(of: rows, tile: 512) { tile in
      loops.round(
        RowRounding(
          values: tensor.values + tile.lowerBound * channels, channels: channels,
          count: tile.count, words: words + tile.lowerBound * width))
    }
    return RoundedRows(tensor, by: loops, all: UnsafePointer(words), blocks: words, blockFloats: 0)
  }
}

extension Rules {
  /// The rows that a block reads, and those between them: pairs ascend.
  func sourceRange(ofBlock block: Int) -> Range<Int> {
    var (first, last) = (Int32.max, Int32.min)
    for offset in 0..<offsets {
      let pairs = pairs(block: block, offset: offset)
      guard !pairs.isEmpty else { continue }
      first = min(first, sources[pairs.lowerBound])
      last = max(last, sources[pairs.upperBound - 1])
    }
    return first <= last ? Int(first)..<Int(last) + 1 : 0..<0
  }
}
