import KernelOperands
import Tensors

/// The extents of a fused convolution's filters.
struct FusedFilters {
  /// Channels that are summed over.
  let inner: Int
  /// Channels that are made.
  let columns: Int
  /// Number of filter offsets.
  let offsets: Int

  /// Columns that are worked on at a time: all where one offset's matrix leaves room in the cache
  /// for rows, a wide tile's elsewhere.
  var columnsPerTask: Int { inner * columns <= 1 << 16 ? columns : min(columns, 64) }

  var tasksPerBlock: Int { (columns + columnsPerTask - 1) / columnsPerTask }
}

/// What a fused convolution multiplies, and the loop that does.
struct FusedFactors {
  /// Extents in floats: two channels that are summed over in each where they are bfloat16.
  let filters: FusedFilters
  /// `[offsets, filters.inner, filters.columns]`, or each offset's matrix transposed.
  let weight: UnsafePointer<Float>
  /// Whether it is.
  let isTransposed: Bool
  /// `output[t] += input[s] · weight` for each pair (s, t).
  let accumulate: (RowProducts) -> Void
  /// The rows that are read, of `filters.inner` floats.
  let input: Rows

  enum Rows {
    case float32(UnsafePointer<Float>)
    case bfloat16(RoundedRows)
  }

  /// Where row 0 begins, or would begin, for what a block reads.
  func rows(ofBlock block: Int, _ rules: Rules, thread: Int) -> UnsafePointer<Float> {
    switch input {
    case .float32(let rows): rows
    case .bfloat16(let rows): rows.start(of: rules.sourceRange(ofBlock: block), thread: thread)
    }
  }

  /// Where row 0 begins, for who reads all rows.
  func allRows(_ rules: Rules) -> UnsafePointer<Float> {
    switch input {
    case .float32(let rows): rows
    case .bfloat16(let rows): rows.start(of: 0..<rules.sourceRows, thread: 0)
    }
  }
}

extension Compute {
  /// The factors of a convolution, rounded ones in scratch memory.
  func fusedFactors(
    _ input: Tensor, weight: Tensor, columns: Int, rules: Rules, isTransposed: Bool
  ) -> FusedFactors {
    guard let bfloat16 else {
      return FusedFactors(
        filters: FusedFilters(inner: input.channels, columns: columns, offsets: rules.offsets),
        weight: weight.values, isTransposed: isTransposed,
        accumulate: InstructionSet.current.accumulateRows, input: .float32(input.values))
    }
    let filters = FusedFilters(
      inner: (input.channels + 1) / 2, columns: columns, offsets: rules.offsets)
    let isCutInStrips = StripCut(filters, rows: rules.targetRows) != nil
    let rounded = rounded(weight, by: bfloat16).start(of: 0..<weight.rows, thread: 0)
    return FusedFactors(
      filters: filters,
      weight: isTransposed
        ? rounded : interleaved(rounded, filters, channels: input.channels, by: bfloat16),
      isTransposed: isTransposed, accumulate: bfloat16.accumulateRows,
      input: .bfloat16(
        isCutInStrips
          ? self.rounded(input, by: bfloat16)
          : roundedSources(input, rules, visits: filters.tasksPerBlock, by: bfloat16)))
  }

  /// Each offset's matrix of `[channels, columns]`, rounded, with two channels to a row.
  private func interleaved(
    _ weight: UnsafePointer<Float>, _ filters: FusedFilters, channels: Int,
    by loops: BFloat16Loops
  ) -> UnsafePointer<Float> {
    let (inner, columns) = (filters.inner, filters.columns)
    let packed = arena.scratch(Float.self, count: filters.offsets * inner * columns)
    let zeros = zeros(count: columns)
    threads.run(filters.offsets) { offset, _ in
      loops.interleave(
        RowInterleaving(
          words: weight + offset * channels * columns / 2, pitch: columns / 2,
          width: columns / 2, rows: nil, count: channels, zeros: zeros,
          result: packed + offset * inner * columns))
    }
    return UnsafePointer(packed)
  }

  /// A row of zeros in scratch memory.
  func zeros(count: Int) -> UnsafePointer<Float> {
    let zeros = arena.scratch(Float.self, count: count)
    zeros.update(repeating: 0, count: count)
    return UnsafePointer(zeros)
  }
}
