import KernelOperands
import Tensors

/// How a convolution whose weights outweigh its rows is cut: into strips of output channels, each
/// finished by one thread for all rows, so that every weight is read once.
struct StripCut {
  /// Channels of a strip: a wide tile's, or half of them where strips would be too few to share out.
  let columns: Int
  /// Number of strips.
  let count: Int

  /// Channels, or pairs of them in bfloat16, that are summed over at a time: their weights stay in the nearest cache.
  static let inner = 128

  /// Nothing where weights are few enough to stay in the cache while blocks of rows go by.
  init?(_ filters: FusedFilters, rows: Int) {
    let cachedFloats = 1 << 18
    guard
      filters.columns >= 128, rows <= 1 << 13,
      filters.offsets * filters.inner * filters.columns > cachedFloats
    else { return nil }
    columns = filters.columns >= 256 ? 64 : 32
    count = (filters.columns + columns - 1) / columns
  }
}

extension Compute {
  /// The fused way for many weights and few rows: all pairs of one offset, strip by strip.
  func convolveStrips(
    _ factors: FusedFactors, _ cut: StripCut, start: UnsafePointer<Float>, rules: Rules,
    ending: ConvolutionEnding?, into output: Tensor
  ) {
    let filters = factors.filters
    let packedFloats = StripCut.inner * cut.columns
    let packed = arena.scratch(Float.self, count: threads.count * packedFloats)
    let spare = arena.scratch(Float.self, count: threads.count * cut.columns)
    let convolution = StripConvolution(
      input: factors.allRows(rules), weight: factors.weight, isTransposed: factors.isTransposed,
      start: start, output: output, rules: rules, filters: filters,
      accumulate: factors.accumulate, transpose: InstructionSet.current.transpose, ending: ending)
    threads.run(cut.count) { strip, thread in
      let first = strip * cut.columns
      convolution.finish(
        first..<min(filters.columns, first + cut.columns), packed: packed + thread * packedFloats,
        spare: spare + thread * cut.columns)
    }
  }
}

/// What all strips of a convolution have in common.
private struct StripConvolution {
  let input: UnsafePointer<Float>
  let weight: UnsafePointer<Float>
  let isTransposed: Bool
  let start: UnsafePointer<Float>
  let output: Tensor
  let rules: Rules
  let filters: FusedFilters
  let accumulate: (RowProducts) -> Void
  let transpose: (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void
  let ending: ConvolutionEnding?

  /// Computes some columns of all rows.
  func finish(
    _ columns: Range<Int>, packed: UnsafeMutablePointer<Float>, spare: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rules.targetRows {
      (output.values + row * filters.columns + columns.lowerBound).update(
        from: start + columns.lowerBound, count: columns.count)
    }
    for offset in 0..<filters.offsets {
      let first = rules.offsetStarts[offset]
      let pairs = rules.rowPairs(first..<rules.offsetStarts[offset + 1])
      guard pairs.count > 0 else { continue }
      for channel in stride(from: 0, to: filters.inner, by: StripCut.inner) {
        let inner = channel..<min(filters.inner, channel + StripCut.inner)
        pack(offset: offset, inner, columns, into: packed)
        let isLast = inner.upperBound == filters.inner
        let ahead = rowsAhead(
          offset: isLast ? offset + 1 : offset, channel: isLast ? 0 : inner.upperBound, columns)
        accumulate(
          RowProducts(
            pairs: pairs, input: input + channel, inputPitch: filters.inner,
            inner: inner.count, weight: packed, weightPitch: columns.count,
            output: output.values + columns.lowerBound, outputPitch: filters.columns,
            columns: columns.count, start: nil, spare: spare, ahead: ahead))
      }
    }
    ending?.finish(output, rows: 0..<rules.targetRows, columns: columns)
  }

  /// The weights that are packed next, which nothing has brought from memory yet.
  private func rowsAhead(offset: Int, channel: Int, _ columns: Range<Int>) -> RowsAhead? {
    guard offset < filters.offsets else { return nil }
    let matrix = weight + offset * filters.inner * filters.columns
    let inner = min(StripCut.inner, filters.inner - channel)
    return isTransposed
      ? RowsAhead(
        first: matrix + columns.lowerBound * filters.inner + channel, pitch: filters.inner,
        rows: columns.count, columns: inner)
      : RowsAhead(
        first: matrix + channel * filters.columns + columns.lowerBound, pitch: filters.columns,
        rows: inner, columns: columns.count)
  }

  /// Copies a part of one offset's matrix row by row: far apart, its rows would get in each other's
  /// way in the cache.
  private func pack(
    offset: Int, _ inner: Range<Int>, _ columns: Range<Int>,
    into packed: UnsafeMutablePointer<Float>
  ) {
    let matrix = weight + offset * filters.inner * filters.columns
    if isTransposed {
      transpose(
        matrix + columns.lowerBound * filters.inner + inner.lowerBound, columns.count,
        inner.count, filters.inner, packed, columns.count)
    } else {
      for channel in 0..<inner.count {
        let source = matrix + (inner.lowerBound + channel) * filters.columns + columns.lowerBound
        (packed + channel * columns.count).update(from: source, count: columns.count)
      }
    }
  }
}
