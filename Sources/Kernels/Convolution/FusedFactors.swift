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
  /// `[offsets, filters.inner, filters.columns]`.
  let weight: UnsafePointer<Float>
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
}

extension Compute {
  /// The factors of a convolution, in scratch memory unless they are multiplied as they are.
  func fusedFactors(
    _ input: Tensor, weight: Tensor, columns: Int, rules: Rules, isTransposed: Bool
  ) -> FusedFactors {
    guard let bfloat16 else {
      let filters = FusedFilters(
        inner: input.channels, columns: columns, offsets: rules.offsets)
      return FusedFactors(
        filters: filters,
        weight: isTransposed ? transposed(weight.values, filters) : UnsafePointer(weight.values),
        accumulate: InstructionSet.current.accumulateRows, input: .float32(input.values))
    }
    let filters = FusedFilters(
      inner: (input.channels + 1) / 2, columns: columns, offsets: rules.offsets)
    let rounded = rounded(weight, by: bfloat16).start(of: 0..<weight.rows, thread: 0)
    return FusedFactors(
      filters: filters,
      weight: isTransposed
        ? transposed(rounded, filters)
        : interleaved(rounded, filters, channels: input.channels, by: bfloat16),
      accumulate: bfloat16.accumulateRows,
      input: .bfloat16(
        roundedSources(input, rules, visits: filters.tasksPerBlock, by: bfloat16)))
  }

  /// Each offset's matrix of `[columns, inner]` as `[inner, columns]`.
  private func transposed(
    _ weight: UnsafePointer<Float>, _ filters: FusedFilters
  ) -> UnsafePointer<Float> {
    let (inner, columns) = (filters.inner, filters.columns)
    let packed = arena.scratch(Float.self, count: filters.offsets * inner * columns)
    // Strips of rows that share cache lines on the side that is read.
    let strip = 16
    let strips = (inner + strip - 1) / strip
    threads.run(filters.offsets * strips) { task, _ in
      let matrix = task / strips * inner * columns
      let rows = task % strips * strip..<min(inner, (task % strips + 1) * strip)
      for column in 0..<columns {
        let source = weight + matrix + column &* inner
        let target = packed + matrix + column
        for row in rows { target[row &* columns] = source[row] }
      }
    }
    return UnsafePointer(packed)
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

  func zeros(count: Int) -> UnsafePointer<Float> {
    let zeros = arena.scratch(Float.self, count: count)
    zeros.update(repeating: 0, count: count)
    return UnsafePointer(zeros)
  }
}
