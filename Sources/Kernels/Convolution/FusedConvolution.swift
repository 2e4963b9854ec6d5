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

extension Compute {
  /// The fused way.
  ///
  /// A block's sums stay in registers while the rows of the pairs of one offset stream by, read where
  /// they lie. Nothing is gathered, and nothing is cleared where an offset has a pair
  /// for every row.
  func convolveFused(
    _ input: Tensor, weight: Tensor, _ filters: FusedFilters, bias: Tensor?, rules: Rules,
    isTransposed: Bool, into output: Tensor
  ) {
    arena.reclaimingScratch {
      if let cut = StripCut(filters, rows: rules.targetRows) {
        convolveStrips(
          input, weight: weight, filters, cut,
          start: startingRow(bias, columns: filters.columns), rules: rules,
          isTransposed: isTransposed, into: output)
        return
      }
      let weight = isTransposed ? transposed(weight, filters) : UnsafePointer(weight.values)
      let start = startingRow(bias, columns: filters.columns)
      let spare = arena.scratch(Float.self, count: threads.count * filters.columns)
      let block = FusedBlock(
        input: input, weight: weight, start: start, output: output, rules: rules, filters: filters,
        accumulate: InstructionSet.current.accumulateRows)
      threads.run(rules.blocks * filters.tasksPerBlock) { task, thread in
        block.finish(
          task % rules.blocks, columns: task / rules.blocks,
          spare: spare + thread * filters.columns)
      }
    }
  }

  /// The bias, or zeros.
  private func startingRow(_ bias: Tensor?, columns: Int) -> UnsafePointer<Float> {
    if let bias { return UnsafePointer(bias.values) }
    let zeros = arena.scratch(Float.self, count: columns)
    zeros.update(repeating: 0, count: columns)
    return UnsafePointer(zeros)
  }

  /// Each offset's matrix of `[columns, inner]` as `[inner, columns]`.
  private func transposed(_ weight: Tensor, _ filters: FusedFilters) -> UnsafePointer<Float> {
    let (inner, columns) = (filters.inner, filters.columns)
    let packed = arena.scratch(Float.self, count: weight.count)
    let values = weight.values
    let transpose = InstructionSet.current.transpose
    threads.run(filters.offsets) { offset, _ in
      let matrix = offset * inner * columns
      transpose(values + matrix, columns, inner, inner, packed + matrix, columns)
    }
    return UnsafePointer(packed)
  }
}

/// What all blocks of a fused convolution have in common.
private struct FusedBlock {
  let input: Tensor
  let weight: UnsafePointer<Float>
  let start: UnsafePointer<Float>
  let output: Tensor
  let rules: Rules
  let filters: FusedFilters
  let accumulate: (RowProducts) -> Void

  /// Computes some columns of a block's rows.
  func finish(_ block: Int, columns task: Int, spare: UnsafeMutablePointer<Float>) {
    let first = task * filters.columnsPerTask
    let columns = min(filters.columnsPerTask, filters.columns - first)
    if let identity = rules.identityOffset {
      add(block, identity, first, columns, starting: true, spare: spare)
    } else if !rules.writesEachRowOnce {
      for row in rules.rows(ofBlock: block) {
        (output.values + row * filters.columns + first).update(from: start + first, count: columns)
      }
    }
    for offset in 0..<filters.offsets where offset != rules.identityOffset {
      add(block, offset, first, columns, starting: rules.writesEachRowOnce, spare: spare)
    }
  }

  /// Adds the products of one offset's pairs in a block.
  private func add(
    _ block: Int, _ offset: Int, _ first: Int, _ columns: Int, starting: Bool,
    spare: UnsafeMutablePointer<Float>
  ) {
    let pairs = rules.rowPairs(block: block, offset: offset)
    guard pairs.count > 0 else { return }
    let (inner, pitch) = (filters.inner, filters.columns)
    accumulate(
      RowProducts(
        pairs: pairs, input: input.values, inputPitch: inner, inner: inner,
        weight: weight + offset * inner * pitch + first, weightPitch: pitch,
        output: output.values + first, outputPitch: pitch, columns: columns,
        start: starting ? start + first : nil, spare: spare))
  }
}
