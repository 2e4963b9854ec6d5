import Tensors

extension Compute {
  /// Rows of a tile of a reduction: a constant of the arithmetic, never of the machine.
  private static let rowsPerTile = 1024

  /// Sums over rows in double precision, the same bits at any thread count: tiles of fixed size are
  /// summed separately, then added in order.
  ///
  /// - Parameters:
  ///   - columns: how many sums each row contributes to.
  ///   - body: adds the contributions of a range of rows to the sums it is given.
  /// - Returns: `columns` sums in scratch memory.
  func columnSums(
    rows: Int, columns: Int, _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> UnsafeMutablePointer<Double> {
    let tiles = (rows + Self.rowsPerTile - 1) / Self.rowsPerTile
    // A cache line between the sums of two tiles: threads would otherwise fight over it.
    let pitch = (columns + 15) / 8 * 8
    let partials = arena.scratch(Double.self, count: tiles * pitch)
    threads.run(tiles) { tile, _ in
      let sums = partials + tile * pitch
      sums.update(repeating: 0, count: columns)
      body(tile * Self.rowsPerTile..<min(rows, (tile + 1) * Self.rowsPerTile), sums)
    }
    let totals = arena.scratch(Double.self, count: columns)
    totals.update(repeating: 0, count: columns)
    for tile in 0..<tiles {
      for column in 0..<columns { totals[column] += partials[tile * pitch + column] }
    }
    return totals
  }

  /// The sum of each channel over all rows.
  func columnSums(of tensor: Tensor) -> UnsafeMutablePointer<Double> {
    let channels = tensor.channels
    return columnSums(rows: tensor.rows, columns: channels) { rows, sums in
      for row in rows {
        let values = tensor.values + row &* channels
        for channel in 0..<channels { sums[channel] += Double(values[channel]) }
      }
    }
  }
}
