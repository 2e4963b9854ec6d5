import Tensors

extension Compute {
  private static let valuesPerTile = 1 << 14

  /// Sets values to zero with a probability and divides the others by what is left of it.
  ///
  /// Value `n` is kept if word `n` of the draw is not below `probability · 2³²`. The mask is drawn
  /// again wherever it is needed, and never kept: the backward pass is the same call on the
  /// gradient.
  public func dropout(_ input: Tensor, probability: Double, draw: RandomDraw) -> Tensor {
    let output = arena.tensor(rows: input.rows, channels: input.channels)
    fill(output, probability: probability, draw: draw) { input.values[$0] * $1 }
    return output
  }

  /// Sets whole channels to zero with a probability and divides the others by what is left of it.
  ///
  /// Channel `n` is kept if word `n` of the draw is not below `probability · 2³²`; the backward pass
  /// is the same call on the gradient.
  public func channelDropout(_ input: Tensor, probability: Double, draw: RandomDraw) -> Tensor {
    let channels = input.channels
    let factors = arena.tensor(rows: 1, channels: channels)
    fill(factors, probability: probability, draw: draw) { $1 }
    let output = arena.tensor(rows: input.rows, channels: channels)
    threads.forEachTile(of: input.rows, tile: 1024) { rows in
      for row in rows {
        let source = input.values + row &* channels
        let target = output.values + row &* channels
        for channel in 0..<channels { target[channel] = source[channel] * factors.values[channel] }
      }
    }
    return output
  }

  /// Writes `value(n, factor)`, where the factor is zero or one over the probability to be kept.
  @inline(__always)
  private func fill(
    _ target: Tensor, probability: Double, draw: RandomDraw, _ value: (Int, Float) -> Float
  ) {
    precondition(probability >= 0 && probability < 1, "something is kept")
    let threshold = UInt32(probability * 0x1p32)
    let factor = Float(1 / (1 - probability))
    // Tiles begin at a block of four words.
    threads.forEachTile(of: target.count, tile: Self.valuesPerTile) { range in
      var index = range.lowerBound
      while index < range.upperBound {
        let words = draw.words(block: index / 4)
        for lane in 0..<min(4, range.upperBound - index) {
          target.values[index + lane] = value(index + lane, words[lane] < threshold ? 0 : factor)
        }
        index += 4
      }
    }
  }
}
