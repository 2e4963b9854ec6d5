import KernelOperands
import Tensors

extension Compute {
  /// Sums over rows in double precision, the same bits at any thread count: tiles of fixed size are
  /// summed separately, then added in order.
  ///
  /// - Parameters:
  ///   - channels: what a tile's number of rows goes by.
  ///   - columns: how many sums each row contributes to.
  ///   - body: adds the contributions of a range of rows to the sums it is given.
  /// - Returns: `columns` sums in scratch memory.
  func columnSums(
    rows: Int, channels: Int, columns: Int,
    _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> UnsafeMutablePointer<Double> {
    let rowsPerTile = Self.rowsPerTile(channels: channels)
    let tiles = (rows + rowsPerTile - 1) / rowsPerTile
    // A cache line between the sums of two tiles: threads would otherwise fight over it.
    let pitch = (columns + 15) / 8 * 8
    let partials = arena.scratch(Double.self, count: tiles * pitch)
    threads.run(tiles) { tile, _ in
      let sums = partials + tile * pitch
      sums.update(repeating: 0, count: columns)
      body(tile * rowsPerTile..<min(rows, (tile + 1) * rowsPerTile), sums)
    }
    let totals = arena.scratch(Double.self, count: columns)
    totals.update(repeating: 0, count: columns)
    for tile in 0..<tiles {
      let partial = partials + tile * pitch
      for column in 0..<columns { totals[column] += partial[column] }
    }
    return totals
  }

  /// Sums over several ranges of rows, one after the other.
  ///
  /// - Parameters: as for one range.
  func columnSums(
    _ ranges: [Range<Int>], channels: Int, columns: Int,
    _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> UnsafeMutablePointer<Double> {
    let totals = arena.scratch(Double.self, count: columns)
    totals.update(repeating: 0, count: columns)
    for range in ranges {
      let sums = columnSums(rows: range.count, channels: channels, columns: columns) { rows, sums in
        body(rows.lowerBound + range.lowerBound..<rows.upperBound + range.lowerBound, sums)
      }
      for column in 0..<columns { totals[column] += sums[column] }
    }
    return totals
  }

  /// The sum of each channel over all rows.
  func columnSums(of tensor: Tensor) -> UnsafeMutablePointer<Double> {
    let (values, channels) = (tensor.values, tensor.channels)
    let instructions = InstructionSet.current
    return columnSums(rows: tensor.rows, channels: channels, columns: channels) { rows, sums in
      instructions.addValues(
        ColumnSums(
          values: values + rows.lowerBound * channels, rows: rows.count, channels: channels,
          sums: sums))
    }
  }
}
