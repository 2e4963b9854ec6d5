import Tensors

extension Compute {
  private static let rowsPerTile = 1 << 14

  /// The rows in which any channel differs from `fill` by more than `threshold`, ascending.
  ///
  /// A value that is not a number differs from everything.
  ///
  /// - Parameter fill: a value for each channel.
  public func activeRows(_ input: Tensor, fill: [Float], threshold: Float) -> [Int32] {
    precondition(fill.count == input.channels, "every channel has a fill")
    let channels = input.channels
    let tiles = (input.rows + Self.rowsPerTile - 1) / Self.rowsPerTile
    let isActive = arena.scratch(Bool.self, count: input.rows)
    let counts = arena.scratch(Int.self, count: tiles)
    fill.withUnsafeBufferPointer { fill in
      threads.run(tiles) { tile, _ in
        var count = 0
        for row in tile * Self.rowsPerTile..<min(input.rows, (tile + 1) * Self.rowsPerTile) {
          let values = input.values + row &* channels
          var differs = false
          for channel in 0..<channels {
            let value = values[channel]
            let isNear = value == fill[channel] || abs(value - fill[channel]) <= threshold
            differs = differs || !isNear
          }
          isActive[row] = differs
          count += differs ? 1 : 0
        }
        counts[tile] = count
      }
    }
    let total = (0..<tiles).reduce(0) { $0 + counts[$1] }
    return [Int32](unsafeUninitializedCapacity: total) { rows, count in
      for row in 0..<input.rows where isActive[row] {
        rows[count] = Int32(row)
        count += 1
      }
    }
  }
}
