import Tensors

extension Compute {
  /// `output = input · weight + bias` on every row: a convolution whose only offset pairs each row
  /// with itself.
  ///
  /// - Parameters:
  ///   - input: `[rows, input channels]`.
  ///   - weight: `[input channels, output channels]`, or its transpose when `transposingWeight`.
  ///   - bias: `[1, output channels]`, or nothing.
  ///   - ending: what becomes of the sums.
  /// - Returns: `[rows, output channels]`.
  public func linear(
    _ input: Tensor, weight: Tensor, bias: Tensor?, transposingWeight: Bool = false,
    ending: ConvolutionEnding? = nil
  ) -> Tensor {
    withIdentityRules(rows: input.rows) { rules in
      convolve(
        input, weight: weight, bias: bias, rules: rules, transposingWeight: transposingWeight,
        ending: ending)
    }
  }

  /// `gradient += inputᵀ · outputGradient`, summed over fixed pieces in fixed order.
  ///
  /// - Parameter gradient: `[input channels, output channels]`, added to.
  public func accumulateLinearWeightGradient(
    input: Tensor, outputGradient: Tensor, into gradient: Tensor
  ) {
    withIdentityRules(rows: input.rows) { rules in
      accumulateWeightGradient(
        input: input, outputGradient: outputGradient, rules: rules, into: gradient)
    }
  }

  /// Lends the rulebook that pairs each of so many rows with itself.
  private func withIdentityRules<Result>(rows count: Int, _ body: (Rules) -> Result) -> Result {
    let rowsPerBlock = 512
    let blocks = (count + rowsPerBlock - 1) / rowsPerBlock
    // Results are taken from the arena while these lists are in use, so the lists are not reclaimed.
    let rows = identityRows(count: count)
    let starts = arena.scratch(Int.self, count: blocks + 3)
    for block in 0...blocks { starts[block] = min(count, block * rowsPerBlock) }
    starts[blocks + 1] = 0
    starts[blocks + 2] = count
    return body(
      Rules(
        sources: rows, targets: rows, offsetStarts: starts + blocks + 1, blockStarts: starts,
        offsets: 1, blocks: blocks, rowsPerBlock: rowsPerBlock, sourceRows: count,
        targetRows: count, identityOffset: 0))
  }

  /// The numbers 0, 1, 2, … of rows that lie one after the other, in scratch memory.
  func identityRows(count: Int) -> UnsafePointer<Int32> {
    let rows = arena.scratch(Int32.self, count: count)
    for row in 0..<count { rows[row] = Int32(truncatingIfNeeded: row) }
    return UnsafePointer(rows)
  }
}
