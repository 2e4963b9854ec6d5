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

  /// The sum of each channel over all rows.
  func columnSums(of tensor: Tensor) -> UnsafeMutablePointer<Double> {
    let (values, channels) = (tensor.values, tensor.channels)
    return columnSums(rows: tensor.rows, channels: channels, columns: channels) { rows, sums in
      SumSweep(values: values, channels: channels, sums: sums)
        .sweep(rows: rows, channels: channels)
    }
  }
}

/// Adds up the values of each channel.
private struct SumSweep: ChannelSweep {
  let values: UnsafePointer<Float>
  let channels: Int
  let sums: UnsafeMutablePointer<Double>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>) {
    let (values, pitch) = (values + channel, channels)
    var sum = V(repeating: 0)
    for row in rows { sum = sum + V(at: values + row &* pitch) }
    sum.wide.add(to: sums + channel)
  }
}
