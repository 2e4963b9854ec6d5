import Tensors

/// What the backward pass of a normalisation by event reads and adds to.
public struct EventNormalizationPass {
  let input: Tensor
  let output: Tensor
  let outputGradient: Tensor
  let scale: Tensor
  let scaleGradient: Tensor
  let shiftGradient: Tensor

  /// The pass of one layer.
  ///
  /// - Parameters:
  ///   - output: what `normalize` returned; its sign tells which side of the activation a value is.
  ///   - scale: `[1, channels]`.
  ///   - scaleGradient: `[1, channels]`, added to.
  ///   - shiftGradient: `[1, channels]`, added to.
  public init(
    input: Tensor, output: Tensor, outputGradient: Tensor, scale: Tensor, scaleGradient: Tensor,
    shiftGradient: Tensor
  ) {
    self.input = input
    self.output = output
    self.outputGradient = outputGradient
    self.scale = scale
    self.scaleGradient = scaleGradient
    self.shiftGradient = shiftGradient
  }
}

extension Compute {
  private static let rowsPerTile = 1024

  /// The backward pass of `normalize` with statistics of each event.
  ///
  /// With `n` the normalised value, `g` the gradient that passes the activation, and averages over
  /// event and group: `gradient = deviation⁻¹ · (scale · g - ⟨scale · g⟩ - n · ⟨scale · g · n⟩)`.
  ///
  /// - Returns: the gradient of the input.
  public func normalizeBackward(
    _ pass: EventNormalizationPass, by normalization: EventNormalization
  ) -> Tensor {
    let channels = pass.input.channels
    let gradient = arena.tensor(rows: pass.input.rows, channels: channels)
    for (event, rows) in normalization.eventRows.enumerated() where !rows.isEmpty {
      let mean = normalization.mean + event * channels
      let deviation = normalization.inverseDeviation + event * channels
      let sums = slopeSums(pass, rows, mean, deviation, leak: normalization.leak)
      for channel in 0..<channels {
        pass.shiftGradient.values[channel] += Float(sums[channel])
        pass.scaleGradient.values[channel] += Float(sums[channels + channel])
      }
      let averages = groupAverages(
        sums, scale: pass.scale, rows: rows.count, perGroup: normalization.channelsPerGroup)
      writeGradient(
        pass, rows, mean, deviation, averages, leak: normalization.leak, into: gradient)
    }
    return gradient
  }

  /// For each channel the sum of `g`, then for each channel the sum of `g · n`.
  private func slopeSums(
    _ pass: EventNormalizationPass, _ range: Range<Int>, _ mean: UnsafeMutablePointer<Float>,
    _ deviation: UnsafeMutablePointer<Float>, leak: Float
  ) -> UnsafeMutablePointer<Double> {
    let channels = pass.input.channels
    return columnSums(rows: range.count, channels: channels, columns: 2 * channels) { rows, sums in
      for row in rows {
        let offset = (range.lowerBound &+ row) &* channels
        let x = pass.input.values + offset
        let y = pass.output.values + offset
        let g = pass.outputGradient.values + offset
        for channel in 0..<channels {
          let slope = y[channel] > 0 ? g[channel] : g[channel] * leak
          let normal = (x[channel] - mean[channel]) * deviation[channel]
          sums[channel] += Double(slope)
          sums[channels + channel] += Double(slope * normal)
        }
      }
    }
  }

  /// `⟨scale · g⟩` and `⟨scale · g · n⟩` of its group for each channel.
  private func groupAverages(
    _ sums: UnsafeMutablePointer<Double>, scale: Tensor, rows: Int, perGroup: Int
  ) -> UnsafeMutablePointer<Float> {
    let channels = scale.channels
    let averages = arena.scratch(Float.self, count: 2 * channels)
    for part in 0..<2 {
      let part = part * channels
      for channel in 0..<channels { sums[part + channel] *= Double(scale.values[channel]) }
      pool(sums + part, channels: channels, perGroup: perGroup)
      for channel in 0..<channels {
        averages[part + channel] = Float(sums[part + channel] / Double(rows * perGroup))
      }
    }
    return averages
  }

  private func writeGradient(
    _ pass: EventNormalizationPass, _ range: Range<Int>, _ mean: UnsafeMutablePointer<Float>,
    _ deviation: UnsafeMutablePointer<Float>, _ averages: UnsafeMutablePointer<Float>,
    leak: Float, into gradient: Tensor
  ) {
    let channels = pass.input.channels
    threads.forEachTile(of: range.count, tile: Self.rowsPerTile) { rows in
      for row in rows {
        let offset = (range.lowerBound &+ row) &* channels
        let x = pass.input.values + offset
        let y = pass.output.values + offset
        let g = pass.outputGradient.values + offset
        let target = gradient.values + offset
        for channel in 0..<channels {
          let slope = y[channel] > 0 ? g[channel] : g[channel] * leak
          let normal = (x[channel] - mean[channel]) * deviation[channel]
          let centred = slope * pass.scale.values[channel] - averages[channel]
          target[channel] =
            deviation[channel] * (centred - normal * averages[channels + channel])
        }
      }
    }
  }
}
