import Tensors

extension Compute {
  /// The weight gradient of a convolution: `gradient[k] += Σ input[s]ᵀ · outputGradient[t]` over
  /// the pairs (s, t) of offset k.
  ///
  /// The pairs are cut into pieces by extents alone; each piece is summed by one thread, and sums of
  /// several pieces are added in fixed order, so the bits do not depend on the thread count. Cost: pairs × input × output channels multiply-adds.
  ///
  /// - Parameters:
  ///   - input: `[rules.sourceRows, input channels]`.
  ///   - outputGradient: `[rules.targetRows, output channels]`.
  ///   - gradient: `[offsets × input channels, output channels]`, of one group where there are
  ///     several; added to.
  ///   - groups: channel groups that do not mix.
  public func accumulateWeightGradient(
    input: Tensor, outputGradient: Tensor, rules: Rules, into gradient: Tensor, groups: Int = 1
  ) {
    let matrixCount = input.channels * outputGradient.channels / groups
    precondition(gradient.count == rules.offsets * matrixCount, "gradient fits the channels")
    guard algorithm(outputChannels: outputGradient.channels, groups: groups) != .fused else {
      return accumulateFusedWeightGradient(
        input: input, outputGradient: outputGradient, rules: rules, into: gradient)
    }
    MatrixProduct.prepare()
    arena.reclaimingScratch {
      sumPieces(input, outputGradient, rules, groups: groups, matrixCount, into: gradient)
    }
  }

  private func sumPieces(
    _ input: Tensor, _ outputGradient: Tensor, _ rules: Rules, groups: Int, _ matrixCount: Int,
    into gradient: Tensor
  ) {
    let pieces = WeightGradientPiece.cut(rules)
    let partials = arena.scratch(Float.self, count: pieces.count * matrixCount)
    let scratch = BlockScratch(
      arena, threads: threads.count, rows: WeightGradientPiece.gatheredRows,
      channels: input.channels, outputGradient.channels)
    threads.run(pieces.count) { index, thread in
      pieces[index].sum(
        input: input, outputGradient: outputGradient, rules: rules, groups: groups,
        into: partials + index * matrixCount, scratch: scratch, thread: thread)
    }
    threads.run(rules.offsets) { offset, _ in
      let target = gradient.values + offset * matrixCount
      for index in pieces.indices where pieces[index].offset == offset {
        let partial = partials + index * matrixCount
        for element in 0..<matrixCount { target[element] += partial[element] }
      }
    }
  }

  /// `gradient[c] += Σ rows[r, c]`: the gradient of a bias, summed in double precision.
  ///
  /// - Parameter gradient: `[1, channels]`, added to.
  public func accumulateColumnSums(of tensor: Tensor, into gradient: Tensor) {
    let sums = columnSums(of: tensor)
    for channel in 0..<tensor.channels { gradient.values[channel] += Float(sums[channel]) }
  }
}

/// A run of pairs of one offset whose products are summed by one thread.
private struct WeightGradientPiece {
  let offset: Int
  let pairs: Range<Int>

  /// Pairs of a piece: enough work to share out, few enough matrices to add up.
  static let pairsPerPiece = 4096

  /// Rows gathered at a time, so that they are still in the cache when they are multiplied.
  static let gatheredRows = 512

  static func cut(_ rules: Rules) -> [WeightGradientPiece] {
    (0..<rules.offsets).flatMap { offset in
      let pairs = rules.offsetStarts[offset]..<rules.offsetStarts[offset + 1]
      return stride(from: pairs.lowerBound, to: pairs.upperBound, by: pairsPerPiece).map {
        WeightGradientPiece(offset: offset, pairs: $0..<min($0 + pairsPerPiece, pairs.upperBound))
      }
    }
  }

  func sum(
    input: Tensor, outputGradient: Tensor, rules: Rules, groups: Int,
    into partial: UnsafeMutablePointer<Float>, scratch: BlockScratch, thread: Int
  ) {
    for start in stride(from: pairs.lowerBound, to: pairs.upperBound, by: Self.gatheredRows) {
      let count = min(Self.gatheredRows, pairs.upperBound - start)
      let sources = rows(
        of: input, from: rules.sources + start, count: count, rules: rules,
        buffer: scratch.first(thread))
      let targets = rows(
        of: outputGradient, from: rules.targets + start, count: count, rules: rules,
        buffer: scratch.second(thread))
      add(
        sources, targets, groups: groups, to: partial, accumulating: start != pairs.lowerBound)
    }
  }

  /// `partial = sourcesᵀ · targets`, or `+=`, group by group; channel by channel where each channel
  /// is a group.
  private func add(
    _ sources: Matrix, _ targets: Matrix, groups: Int, to partial: UnsafeMutablePointer<Float>,
    accumulating: Bool
  ) {
    if groups > 1, sources.columns == groups, targets.columns == groups {
      addProductsOfColumns(sources, targets, to: partial, accumulating: accumulating)
      return
    }
    let groupCount = sources.columns / groups * (targets.columns / groups)
    for group in 0..<groups {
      MatrixProduct.multiply(
        sources.group(group, of: groups).transposed, targets.group(group, of: groups),
        into: partial + group * groupCount, accumulating: accumulating)
    }
  }

  /// The rows themselves where the offset is the identity, gathered copies otherwise.
  private func rows(
    of tensor: Tensor, from rows: UnsafePointer<Int32>, count: Int, rules: Rules,
    buffer: UnsafeMutablePointer<Float>
  ) -> Matrix {
    if offset == rules.identityOffset {
      let first = tensor.values + Int(rows[0]) * tensor.channels
      return Matrix(first, rows: count, columns: tensor.channels)
    }
    gather(tensor, rows: rows, count: count, into: buffer)
    return Matrix(buffer, rows: count, columns: tensor.channels)
  }
}
