import KernelOperands
import Tensors

extension Compute {
  /// The fused way.
  ///
  /// A block's sums stay in registers while the rows of the pairs of one offset stream by, read where
  /// they lie. Nothing is gathered, and nothing is cleared where an offset has a pair for every row.
  func convolveFused(
    _ input: Tensor, weight: Tensor, bias: Tensor?, rules: Rules, isTransposed: Bool,
    ending: ConvolutionEnding?, into output: Tensor
  ) {
    arena.reclaimingScratch {
      let start = bias.map { UnsafePointer($0.values) } ?? zeros(count: output.channels)
      let factors = fusedFactors(
        input, weight: weight, columns: output.channels, rules: rules, isTransposed: isTransposed)
      if let cut = StripCut(factors.filters, rows: rules.targetRows) {
        convolveStrips(factors, cut, start: start, rules: rules, ending: ending, into: output)
      } else {
        convolveBlocks(factors, start: start, rules: rules, ending: ending, into: output)
      }
    }
  }

  private func convolveBlocks(
    _ factors: FusedFactors, start: UnsafePointer<Float>, rules: Rules,
    ending: ConvolutionEnding?, into output: Tensor
  ) {
    let spare = arena.scratch(Float.self, count: threads.count * output.channels)
    let blocks = FusedBlocks(
      filters: factors.filters,
      weight: factors.isTransposed
        ? transposed(factors.weight, factors.filters) : factors.weight,
      start: start, output: output, rules: rules, accumulate: factors.accumulate,
      ending: ending)
    threads.run(rules.blocks * factors.filters.tasksPerBlock) { task, thread in
      let block = task % rules.blocks
      blocks.finish(
        block, columns: task / rules.blocks,
        reading: factors.rows(ofBlock: block, rules, thread: thread),
        spare: spare + thread * output.channels)
    }
  }

  /// Each offset's matrix of `[columns, inner]` as `[inner, columns]`.
  private func transposed(
    _ weight: UnsafePointer<Float>, _ filters: FusedFilters
  ) -> UnsafePointer<Float> {
    let (inner, columns) = (filters.inner, filters.columns)
    let packed = arena.scratch(Float.self, count: filters.offsets * inner * columns)
    let transpose = InstructionSet.current.transpose
    threads.run(filters.offsets) { offset, _ in
      let matrix = offset * inner * columns
      transpose(weight + matrix, columns, inner, inner, packed + matrix, columns)
    }
    return UnsafePointer(packed)
  }
}

/// What all blocks of a fused convolution have in common.
private struct FusedBlocks {
  let filters: FusedFilters
  let weight: UnsafePointer<Float>
  let start: UnsafePointer<Float>
  let output: Tensor
  let rules: Rules
  let accumulate: (RowProducts) -> Void
  let ending: ConvolutionEnding?

  /// Computes some columns of a block's rows.
  func finish(
    _ block: Int, columns task: Int, reading input: UnsafePointer<Float>,
    spare: UnsafeMutablePointer<Float>
  ) {
    let first = task * filters.columnsPerTask
    let columns = first..<min(filters.columns, first + filters.columnsPerTask)
    if let identity = rules.identityOffset {
      add(block, identity, columns, starting: true, input, spare)
    } else if !rules.writesEachRowOnce {
      for row in rules.rows(ofBlock: block) {
        (output.values + row * filters.columns + first)
          .update(from: start + first, count: columns.count)
      }
    }
    for offset in 0..<filters.offsets where offset != rules.identityOffset {
      add(block, offset, columns, starting: rules.writesEachRowOnce, input, spare)
    }
    ending?.finish(output, rows: rules.rows(ofBlock: block), columns: columns)
  }

  /// Adds the products of one offset's pairs in a block.
  private func add(
    _ block: Int, _ offset: Int, _ columns: Range<Int>, starting: Bool,
    _ input: UnsafePointer<Float>, _ spare: UnsafeMutablePointer<Float>
  ) {
    let pairs = rules.rowPairs(block: block, offset: offset)
    guard pairs.count > 0 else { return }
    let (inner, pitch, first) = (filters.inner, filters.columns, columns.lowerBound)
    accumulate(
      RowProducts(
        pairs: pairs, input: input, inputPitch: inner, inner: inner,
        weight: weight + offset * inner * pitch + first, weightPitch: pitch,
        output: output.values + first, outputPitch: pitch, columns: columns.count,
        start: starting ? start + first : nil, spare: spare))
  }
}
