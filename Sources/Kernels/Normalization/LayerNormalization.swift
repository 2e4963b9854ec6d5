import Tensors

extension Compute {
  private static let rowsPerTile = 1024

  /// Normalises the channels of each row by their own mean and variance, then scales and shifts.
  ///
  /// - Parameters:
  ///   - scale: `[1, channels]`.
  ///   - shift: `[1, channels]`.
  ///   - epsilon: added to the variance before its root is taken.
  public func normalizeRows(
    _ input: Tensor, scale: Tensor, shift: Tensor, epsilon: Double
  ) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: input.rows, channels: channels)
    threads.forEachTile(of: input.rows, tile: Self.rowsPerTile) { rows in
      for row in rows {
        let source = input.values + row &* channels
        let target = output.values + row &* channels
        let moments = rowMoments(source, channels: channels, epsilon: epsilon)
        for channel in 0..<channels {
          let normal = (source[channel] - moments.mean) * moments.inverseDeviation
          target[channel] = normal * scale.values[channel] + shift.values[channel]
        }
      }
    }
    return output
  }

  /// The backward pass of `normalizeRows`.
  ///
  /// - Parameters:
  ///   - scaleGradient: `[1, channels]`, added to.
  ///   - shiftGradient: `[1, channels]`, added to.
  /// - Returns: the gradient of the input.
  public func normalizeRowsBackward(
    input: Tensor, outputGradient: Tensor, scale: Tensor, epsilon: Double, scaleGradient: Tensor,
    shiftGradient: Tensor
  ) -> Tensor {
    let channels = input.channels
    let gradient = arena.tensor(rows: input.rows, channels: channels)
    // The sums over rows and the gradient of a row need the same moments: one walk makes both.
    let sums = columnSums(rows: input.rows, channels: channels, columns: 2 * channels) {
      rows, sums in
      for row in rows {
        let x = input.values + row &* channels
        let g = outputGradient.values + row &* channels
        let target = gradient.values + row &* channels
        let moments = rowMoments(x, channels: channels, epsilon: epsilon)
        var (average, projection) = (0.0, 0.0)
        for channel in 0..<channels {
          let normal = (x[channel] - moments.mean) * moments.inverseDeviation
          let scaled = g[channel] * scale.values[channel]
          average += Double(scaled)
          projection += Double(scaled * normal)
          sums[channel] += Double(g[channel])
          sums[channels + channel] += Double(g[channel] * normal)
        }
        let share = (Float(average / Double(channels)), Float(projection / Double(channels)))
        for channel in 0..<channels {
          let normal = (x[channel] - moments.mean) * moments.inverseDeviation
          let centred = g[channel] * scale.values[channel] - share.0
          target[channel] = moments.inverseDeviation * (centred - normal * share.1)
        }
      }
    }
    for channel in 0..<channels {
      shiftGradient.values[channel] += Float(sums[channel])
      scaleGradient.values[channel] += Float(sums[channels + channel])
    }
    return gradient
  }

  @inline(__always)
  private func rowMoments(
    _ values: UnsafeMutablePointer<Float>, channels: Int, epsilon: Double
  ) -> (mean: Float, inverseDeviation: Float) {
    var mean = 0.0
    for channel in 0..<channels { mean += Double(values[channel]) }
    mean /= Double(channels)
    var variance = 0.0
    for channel in 0..<channels {
      let distance = Double(values[channel]) - mean
      variance += distance * distance
    }
    variance /= Double(channels)
    return (Float(mean), Float(1 / (variance + epsilon).squareRoot()))
  }
}
