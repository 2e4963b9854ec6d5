import Tensors

extension Compute {
  /// The largest value of each segment and channel, and the row it came from.
  ///
  /// Of equal values the lowest row wins. An empty segment has zeros, and -1 for the rows.
  ///
  /// - Returns: `[segments, channels]`, and as many row numbers in scratch memory.
  public func segmentMaxima(
    _ input: Tensor, _ segments: Segments
  ) -> (output: Tensor, winners: UnsafeMutablePointer<Int32>) {
    precondition(segments.rowCount == input.rows, "segments cover all rows")
    let channels = input.channels
    let pitch = (channels + 15) / 16 * 16
    let tiles = segments.tiles
    let candidates = arena.scratch(Int32.self, count: tiles.count * pitch)
    threads.run(tiles.count) { index, _ in
      let rows = tiles[index].rows
      let best = candidates + index * pitch
      best.update(repeating: Int32(rows.lowerBound), count: channels)
      for row in rows.dropFirst() {
        let values = input.values + row &* channels
        for channel in 0..<channels
        where values[channel] > input.values[Int(best[channel]) &* channels &+ channel] {
          best[channel] = Int32(row)
        }
      }
    }
    let output = arena.zeros(rows: segments.rows.count, channels: channels)
    let winners = arena.scratch(Int32.self, count: output.count)
    winners.update(repeating: -1, count: output.count)
    for (index, tile) in tiles.enumerated() {
      for channel in 0..<channels {
        let row = candidates[index * pitch + channel]
        let value = input.values[Int(row) * channels + channel]
        let place = tile.segment * channels + channel
        if winners[place] < 0 || value > output.values[place] {
          winners[place] = row
          output.values[place] = value
        }
      }
    }
    return (output, winners)
  }

  /// The backward pass of `segmentMaxima`: each gradient goes to the row that won.
  ///
  /// - Parameter rows: rows of the input.
  public func segmentMaximaBackward(
    outputGradient: Tensor, winners: UnsafePointer<Int32>, rows: Int
  ) -> Tensor {
    let channels = outputGradient.channels
    let gradient = arena.tensor(rows: rows, channels: channels)
    threads.forEachTile(of: gradient.count, tile: 1 << 16) { range in
      (gradient.values + range.lowerBound).update(repeating: 0, count: range.count)
    }
    for index in 0..<outputGradient.count where winners[index] >= 0 {
      gradient.values[Int(winners[index]) * channels + index % channels] =
        outputGradient.values[index]
    }
    return gradient
  }
}
