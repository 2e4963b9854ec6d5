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

  /// Whether a task goes through all offsets of a block before it comes to the next block.
  var isBlockwise: Bool { if case .blocks = self { true } else { false } }

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
  /// Tiles of the gradient stay in registers while the rows of the pairs of one offset and block
  /// stream by, read where they lie.
  func accumulateFusedWeightGradient(
    input: Tensor, outputGradient: Tensor, rules: Rules, into gradient: Tensor
  ) {
    arena.reclaimingScratch {
      let count = input.channels * outputGradient.channels
      let cut = GradientCut(rules: rules, matrixCount: count, inputChannels: input.channels)
      let sums = FusedGradient(
        rules: rules, inputChannels: input.channels, columns: outputGradient.channels,
        factors: outerFactors(input, outputGradient, rules, blockwise: cut.isBlockwise))
      switch cut {
      case .blocks(let perPiece, let pieces):
        sumBlocks(sums, perPiece: perPiece, pieces: pieces, into: gradient)
      case .strips(let channels):
        sumStrips(sums, channels: channels, into: gradient)
      }
    }
  }

  private func sumStrips(_ sums: FusedGradient, channels: Int, into gradient: Tensor) {
    let (rules, inputs) = (sums.rules, sums.inputChannels)
    let strips = (inputs + channels - 1) / channels
    threads.run(rules.offsets * strips) { task, thread in
      let (offset, first) = (task / strips, task % strips * channels)
      let rows = sums.factors.allRows(rules)
      let end = rules.offsetStarts[offset + 1]
      // So many rows stay in the cache from one tile of the gradient to the next.
      for pair in stride(from: rules.offsetStarts[offset], to: end, by: 512) {
        sums.add(
          pair..<min(pair + 512, end), offset: offset, of: rows,
          channels: first..<min(inputs, first + channels), to: gradient.values, thread: thread)
      }
    }
  }

  private func sumBlocks(
    _ sums: FusedGradient, perPiece: Int, pieces: Int, into gradient: Tensor
  ) {
    let count = gradient.count
    let partials = arena.scratch(Float.self, count: pieces * count)
    threads.run(pieces) { piece, thread in
      let partial = partials + piece * count
      partial.update(repeating: 0, count: count)
      let first = piece * perPiece
      for block in first..<min(sums.rules.blocks, first + perPiece) {
        let rows = sums.factors.rows(ofBlock: block, sums.rules, thread: thread)
        for offset in 0..<sums.rules.offsets {
          sums.add(
            sums.rules.pairs(block: block, offset: offset), offset: offset, of: rows,
            channels: 0..<sums.inputChannels, to: partial, thread: thread)
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
  let rules: Rules
  let inputChannels: Int
  let columns: Int
  let factors: OuterFactors

  /// Adds the products of some of one offset's pairs, for some of the input channels.
  func add(
    _ pairs: Range<Int>, offset: Int, of rows: OuterFactors.Rows, channels: Range<Int>,
    to matrices: UnsafeMutablePointer<Float>, thread: Int
  ) {
    guard !pairs.isEmpty else { return }
    let first = (offset * inputChannels + channels.lowerBound) * columns
    factors.add(
      rules.rowPairs(pairs), of: rows, channels: channels, to: matrices + first, thread: thread)
  }
}
