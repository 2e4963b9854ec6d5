import Tensors

extension Compute {
  private static let rowsPerTile = 1024

  /// PReLU: `x` where it is positive, `slope · x` elsewhere.
  ///
  /// - Parameter slopes: `[1, channels]`, or `[1, 1]` for all channels.
  public func learnedRectifier(_ input: Tensor, slopes: Tensor) -> Tensor {
    let channels = input.channels
    let pitch = slopePitch(slopes, channels: channels)
    let output = arena.tensor(rows: input.rows, channels: channels)
    threads.forEachTile(of: input.rows, tile: Self.rowsPerTile) { rows in
      for row in rows {
        let source = input.values + row &* channels
        let target = output.values + row &* channels
        for channel in 0..<channels {
          let value = source[channel]
          target[channel] = value > 0 ? value : value * slopes.values[channel &* pitch]
        }
      }
    }
    return output
  }

  /// The backward pass of `learnedRectifier`.
  ///
  /// - Parameter slopeGradient: of the shape of `slopes`, added to.
  /// - Returns: the gradient of the input.
  public func learnedRectifierBackward(
    input: Tensor, outputGradient: Tensor, slopes: Tensor, slopeGradient: Tensor
  ) -> Tensor {
    let channels = input.channels
    let pitch = slopePitch(slopes, channels: channels)
    let sums = columnSums(rows: input.rows, channels: channels, columns: channels) { rows, sums in
      for row in rows {
        let x = input.values + row &* channels
        let g = outputGradient.values + row &* channels
        for channel in 0..<channels where !(x[channel] > 0) {
          sums[channel] += Double(g[channel]) * Double(x[channel])
        }
      }
    }
    if pitch == 0 {
      let sum = (0..<channels).reduce(0.0) { $0 + sums[$1] }
      slopeGradient.values[0] += Float(sum)
    } else {
      for channel in 0..<channels { slopeGradient.values[channel] += Float(sums[channel]) }
    }
    let gradient = arena.tensor(rows: input.rows, channels: channels)
    threads.forEachTile(of: input.rows, tile: Self.rowsPerTile) { rows in
      for row in rows {
        let x = input.values + row &* channels
        let g = outputGradient.values + row &* channels
        let target = gradient.values + row &* channels
        for channel in 0..<channels {
          let slope = slopes.values[channel &* pitch]
          target[channel] = x[channel] > 0 ? g[channel] : g[channel] * slope
        }
      }
    }
    return gradient
  }

  /// From one channel's slope to the next one's.
  private func slopePitch(_ slopes: Tensor, channels: Int) -> Int {
    precondition(slopes.count == 1 || slopes.count == channels, "slopes fit the channels")
    return slopes.count == 1 ? 0 : 1
  }
}
