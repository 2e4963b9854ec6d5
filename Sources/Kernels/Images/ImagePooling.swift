import Tensors

extension Compute {
  /// The largest value of each window of full images.
  ///
  /// Of equal values the one of the lowest offset wins, as in PyTorch, and takes the gradient. Cost:
  /// one comparison a value.
  ///
  /// - Parameters:
  ///   - input: `[fine pixels, channels]`.
  ///   - isActive: for each fine pixel whether it takes part; all do if left out. A window of which
  ///     none does gives zero and no gradient.
  /// - Returns: `[coarse pixels, channels]`, and for each value the place in its window it came from,
  ///   255 for none.
  public func maxPool(
    _ input: Tensor, _ extents: ImageExtents, isActive: UnsafePointer<Bool>? = nil
  ) -> (output: Tensor, winners: UnsafeMutablePointer<UInt8>) {
    precondition(
      extents.window.rows * extents.window.columns <= ImageExtents.mostPooledPixels,
      "places fit a byte")
    let channels = input.channels
    let output = arena.tensor(rows: extents.coarsePixels, channels: channels)
    let winners = arena.scratch(UInt8.self, count: output.count)
    forEachCoarseRow(extents) { coarseRow, fineRow in
      for column in 0..<extents.coarse.columns {
        let pixel = coarseRow &* extents.coarse.columns &+ column
        let maxima = output.values + pixel &* channels
        let places = winners + pixel &* channels
        places.update(repeating: 255, count: channels)
        for place in 0..<extents.window.rows * extents.window.columns {
          let source = finePixel(extents, fineRow, column, place)
          if let isActive, !isActive[source] { continue }
          let values = input.values + source &* channels
          for channel in 0..<channels
          where places[channel] == 255 || values[channel] > maxima[channel] {
            maxima[channel] = values[channel]
            places[channel] = UInt8(truncatingIfNeeded: place)
          }
        }
        for channel in 0..<channels where places[channel] == 255 { maxima[channel] = 0 }
      }
    }
    return (output, winners)
  }

  /// The backward pass of `maxPool`: each gradient goes to the value that won.
  ///
  /// - Returns: `[fine pixels, channels]`.
  public func maxPoolBackward(
    _ outputGradient: Tensor, winners: UnsafePointer<UInt8>, _ extents: ImageExtents
  ) -> Tensor {
    let channels = outputGradient.channels
    let gradient = arena.tensor(rows: extents.finePixels, channels: channels)
    forEachCoarseRow(extents) { coarseRow, fineRow in
      for column in 0..<extents.coarse.columns {
        let pixel = coarseRow &* extents.coarse.columns &+ column
        let slopes = outputGradient.values + pixel &* channels
        let places = winners + pixel &* channels
        for place in 0..<extents.window.rows * extents.window.columns {
          let target = gradient.values + finePixel(extents, fineRow, column, place) &* channels
          let number = UInt8(truncatingIfNeeded: place)
          for channel in 0..<channels {
            target[channel] = places[channel] == number ? slopes[channel] : 0
          }
        }
      }
    }
    return gradient
  }

  /// Every value copied to all pixels of its window: the nearest value of a coarser image.
  ///
  /// - Returns: `[fine pixels, channels]`.
  public func copyToWindows(_ input: Tensor, _ extents: ImageExtents) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: extents.finePixels, channels: channels)
    forEachCoarseRow(extents) { coarseRow, fineRow in
      for column in 0..<extents.coarse.columns {
        let values = input.values + (coarseRow &* extents.coarse.columns &+ column) &* channels
        for place in 0..<extents.window.rows * extents.window.columns {
          (output.values + finePixel(extents, fineRow, column, place) &* channels).update(
            from: values, count: channels)
        }
      }
    }
    return output
  }

  /// The sum of each window, the backward pass of `copyToWindows`.
  ///
  /// - Returns: `[coarse pixels, channels]`.
  public func sumWindows(_ input: Tensor, _ extents: ImageExtents) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: extents.coarsePixels, channels: channels)
    forEachCoarseRow(extents) { coarseRow, fineRow in
      for column in 0..<extents.coarse.columns {
        let sums = output.values + (coarseRow &* extents.coarse.columns &+ column) &* channels
        sums.update(repeating: 0, count: channels)
        for place in 0..<extents.window.rows * extents.window.columns {
          let values = input.values + finePixel(extents, fineRow, column, place) &* channels
          for channel in 0..<channels { sums[channel] += values[channel] }
        }
      }
    }
    return output
  }

  /// Calls `body` with the number of each row of all coarser images, and that of the first row of its
  /// windows in the finer ones.
  func forEachCoarseRow(_ extents: ImageExtents, _ body: (Int, Int) -> Void) {
    let rows = extents.images * extents.coarse.rows
    threads.forEachTile(of: rows, tile: 4) { range in
      for row in range { body(row, row &* extents.window.rows) }
    }
  }

  /// A pixel of a window by its place there.
  @inline(__always)
  private func finePixel(
    _ extents: ImageExtents, _ fineRow: Int, _ column: Int, _ place: Int
  ) -> Int {
    let row = fineRow &+ place / extents.window.columns
    return row &* extents.fine.columns &+ column &* extents.window.columns
      &+ place % extents.window.columns
  }
}
