import KernelOperands
import Tensors

/// What a fused weight gradient multiplies, and the loop that does.
enum OuterFactors {
  /// Rows as they are, where they lie.
  case float32(Rows, accumulate: (OuterProducts) -> Void)
  /// Rounded rows, two by two, as the sums run over rows.
  case bfloat16(InterleavedRows)

  /// Both sides of pairs.
  struct Rows {
    /// Where row 0 of the input begins, or would begin.
    let left: UnsafePointer<Float>
    /// Floats from one row to the next.
    let leftPitch: Int
    /// Where row 0 of the output gradient begins, or would begin.
    let right: UnsafePointer<Float>
    /// Floats from one row to the next.
    let rightPitch: Int
  }

  /// The rows that a block's pairs need.
  func rows(ofBlock block: Int, _ rules: Rules, thread: Int) -> Rows {
    switch self {
    case .float32(let rows, _):
      rows
    case .bfloat16(let factors):
      Rows(
        left: factors.left.start(of: rules.sourceRange(ofBlock: block), thread: thread),
        leftPitch: factors.left.width,
        right: factors.right.start(of: rules.rows(ofBlock: block), thread: thread),
        rightPitch: factors.right.width)
    }
  }

  /// All rows, where they were not to be rounded block by block.
  func allRows(_ rules: Rules) -> Rows {
    switch self {
    case .float32(let rows, _):
      rows
    case .bfloat16(let factors):
      Rows(
        left: factors.left.start(of: 0..<rules.sourceRows, thread: 0),
        leftPitch: factors.left.width,
        right: factors.right.start(of: 0..<rules.targetRows, thread: 0),
        rightPitch: factors.right.width)
    }
  }

  /// `sums += Σ left[s]ᵀ · right[t]` over pairs (s, t), for some channels of the left rows.
  func add(
    _ pairs: RowPairs, of rows: Rows, channels: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, thread: Int
  ) {
    switch self {
    case .float32(_, let accumulate):
      accumulate(
        OuterProducts(
          pairs: pairs, left: rows.left + channels.lowerBound, leftPitch: rows.leftPitch,
          rows: channels.count, right: rows.right, rightPitch: rows.rightPitch,
          columns: rows.rightPitch, sums: sums, sumsPitch: rows.rightPitch))
    case .bfloat16(let factors):
      factors.add(pairs, of: rows, channels: channels, to: sums, thread: thread)
    }
  }
}

/// The rows of a weight gradient in bfloat16, and memory to put some pairs of them together.
struct InterleavedRows {
  let loops: BFloat16Loops
  let left: RoundedRows
  let right: RoundedRows
  /// 0, 1, 2, …: rows that lie one after the other.
  let identity: UnsafePointer<Int32>
  let zeros: UnsafePointer<Float>
  /// For each thread.
  let scratch: UnsafeMutablePointer<Float>
  let scratchFloats: Int

  /// Pairs that are put together at a time: an even number of rows that a core's nearest cache holds.
  static let pairsAtOnce = 128

  fileprivate func add(
    _ pairs: RowPairs, of rows: OuterFactors.Rows, channels: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, thread: Int
  ) {
    let scratch = scratch + thread * scratchFloats
    for first in stride(from: 0, to: pairs.count, by: Self.pairsAtOnce) {
      accumulate(
        RowPairs(
          sources: pairs.sources + first, targets: pairs.targets + first,
          count: min(Self.pairsAtOnce, pairs.count - first)),
        of: rows, channels: channels, to: sums, scratch)
    }
  }

  private func accumulate(
    _ pairs: RowPairs, of rows: OuterFactors.Rows, channels: Range<Int>,
    to sums: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let count = (pairs.count + 1) / 2
    let (leftWidth, columns) = ((channels.count + 1) / 2, 2 * rows.rightPitch)
    let right = scratch + 2 * leftWidth * count
    // Strips of channels begin at even ones.
    loops.interleave(
      RowInterleaving(
        words: rows.left + channels.lowerBound / 2, pitch: rows.leftPitch, width: leftWidth,
        rows: pairs.sources, count: pairs.count, zeros: zeros, result: scratch))
    loops.interleave(
      RowInterleaving(
        words: rows.right, pitch: rows.rightPitch, width: rows.rightPitch, rows: pairs.targets,
        count: pairs.count, zeros: zeros, result: right))
    loops.accumulateOuterProducts(
      OuterProducts(
        pairs: RowPairs(sources: identity, targets: identity, count: count), left: scratch,
        leftPitch: 2 * leftWidth, rows: channels.count, right: right, rightPitch: columns,
        columns: columns, sums: sums, sumsPitch: columns))
  }
}

extension Compute {
  /// The factors of a weight gradient, in scratch memory unless they are multiplied as they are.
  ///
  /// - Parameter blockwise: whether each block is visited once.
  func outerFactors(
    _ input: Tensor, _ outputGradient: Tensor, _ rules: Rules, blockwise: Bool
  ) -> OuterFactors {
    guard let bfloat16 else {
      return .float32(
        OuterFactors.Rows(
          left: input.values, leftPitch: input.channels, right: outputGradient.values,
          rightPitch: outputGradient.channels),
        accumulate: InstructionSet.current.accumulateOuterProducts)
    }
    let left =
      blockwise
      ? roundedSources(input, rules, visits: 1, by: bfloat16) : rounded(input, by: bfloat16)
    let right =
      blockwise
      ? roundedBlockwise(outputGradient, mostRows: rules.rowsPerBlock, by: bfloat16)
      : rounded(outputGradient, by: bfloat16)
    let width = max(left.width, right.width)
    let count = InterleavedRows.pairsAtOnce * (left.width + right.width)
    return .bfloat16(
      InterleavedRows(
        loops: bfloat16, left: left, right: right,
        identity: identityRows(count: InterleavedRows.pairsAtOnce / 2), zeros: zeros(count: width),
        scratch: arena.scratch(Float.self, count: threads.count * count), scratchFloats: count))
  }
}
