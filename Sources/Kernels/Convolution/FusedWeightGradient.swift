import KernelOperands
import Tensors

/// How the weight gradient of a fused convolution is cut into tasks.
///
/// It follows from extents alone, never from the thread count.
private enum GradientCut {
  /// Pieces of consecutive blocks, each summed into matrices of its own that are added up at the end:
  /// rows are read from the cache for every offset.
  case blocks(perPiece: Int, pieces: Int)
  /// Offsets and strips of input channels, each summed over all blocks: nothing to add up, for
  /// matrices too large for that or rows too few.
  case strips(channels: Int)

  /// Pairs that outweigh the cost of one more matrix for each offset.
  private static let pairsPerMatrix = 256
  private static let mostPieces = 16
  /// Matrices that stay in the cache of a core.
  private static let cachedFloats = 1 << 18

  init(rules: Rules, matrixCount: Int, inputChannels: Int) {
    let pairsPerOffset = rules.offsetStarts[rules.offsets] / max(1, rules.offsets)
    let pieces = min(rules.blocks, Self.mostPieces, pairsPerOffset / Self.pairsPerMatrix)
    if pieces > 1, rules.offsets * matrixCount <= Self.cachedFloats {
      let perPiece = (rules.blocks + pieces - 1) / pieces
      self = .blocks(perPiece: perPiece, pieces: (rules.blocks + perPiece - 1) / perPiece)
    } else {
      self = .strips(channels: inputChannels >= 64 ? 32 : 16)
    }
  }
}

extension Compute {
  /// The fused way.
  ///
  /// Tiles of the gradient stay in registers while the rows of the pairs of one offset
  /// and block stream by, read where they lie.
  func accumulateFusedWeightGradient(
    input: Tensor, outputGradient: Tensor, rules: Rules, into gradient: Tensor
  ) {
    let sum = FusedGradient(
      input: input, outputGradient: outputGradient, rules: rules,
      accumulate: InstructionSet.current.accumulateOuterProducts)
    switch GradientCut(
      rules: rules, matrixCount: sum.matrixCount, inputChannels: input.channels)
    {
    case .blocks(let perPiece, let pieces):
      arena.reclaimingScratch {
        sumBlocks(sum, perPiece: perPiece, pieces: pieces, into: gradient)
      }
    case .strips(let channels):
      sumStrips(sum, channels: channels, into: gradient)
    }
  }

  private func sumStrips(_ sum: FusedGradient, channels: Int, into gradient: Tensor) {
    let inputs = sum.input.channels
    let strips = (inputs + channels - 1) / channels
    threads.run(sum.rules.offsets * strips) { task, _ in
      let (offset, first) = (task / strips, task % strips * channels)
      let end = sum.rules.offsetStarts[offset + 1]
      // So many rows stay in the cache from one tile of the gradient to the next.
      for pair in stride(from: sum.rules.offsetStarts[offset], to: end, by: 512) {
        sum.add(
          pair..<min(pair + 512, end), offset: offset, rows: first..<min(inputs, first + channels),
          to: gradient.values)
      }
    }
  }

  private func sumBlocks(
    _ sum: FusedGradient, perPiece: Int, pieces: Int, into gradient: Tensor
  ) {
    let count = gradient.count
    let partials = arena.scratch(Float.self, count: pieces * count)
    threads.run(pieces) { piece, _ in
      let partial = partials + piece * count
      partial.update(repeating: 0, count: count)
      let first = piece * perPiece
      for block in first..<min(sum.rules.blocks, first + perPiece) {
        for offset in 0..<sum.rules.offsets {
          sum.add(
            sum.rules.pairs(block: block, offset: offset), offset: offset,
            rows: 0..<sum.input.channels, to: partial)
        }
      }
    }
    let total = gradient.values
    threads.forEachTile(of: count, tile: 4096) { range in
      for piece in 0..<pieces {
        let partial = partials + piece * count
        for element in range { total[element] += partial[element] }
      }
    }
  }
}

/// What all tasks of a weight gradient have in common.
private struct FusedGradient {
  let input: Tensor
  let outputGradient: Tensor
  let rules: Rules
  let accumulate: (OuterProducts) -> Void

  var matrixCount: Int { input.channels * outputGradient.channels }

  /// Adds the products of some of one offset's pairs, for some of the input channels.
  func add(
    _ pairs: Range<Int>, offset: Int, rows: Range<Int>, to matrices: UnsafeMutablePointer<Float>
  ) {
    let columns = outputGradient.channels
    let pairs = rules.rowPairs(pairs)
    guard pairs.count > 0 else { return }
    accumulate(
      OuterProducts(
        pairs: pairs, left: input.values + rows.lowerBound, leftPitch: input.channels,
        rows: rows.count, right: outputGradient.values, rightPitch: columns, columns: columns,
        sums: matrices + offset * matrixCount + rows.lowerBound * columns, sumsPitch: columns))
  }
}
