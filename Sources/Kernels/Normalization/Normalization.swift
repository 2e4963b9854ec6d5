import Tensors

/// Mean and variance of each channel over the rows of a tensor.
public struct ChannelStatistics {
  /// Mean of each channel.
  public let mean: UnsafeMutablePointer<Double>

  /// Variance of each channel about that mean, divided by the number of rows.
  public let variance: UnsafeMutablePointer<Double>
}

/// Batch normalisation as the affine map it is on each channel: `x · factor + shift`, followed by a
/// leaky ReLU.
public struct Normalization {
  /// Mean that was subtracted, per channel.
  public let mean: UnsafeMutablePointer<Float>

  /// One over the standard deviation, per channel.
  public let inverseDeviation: UnsafeMutablePointer<Float>

  /// Slope of the activation for negative values: 0 is ReLU, 1 is none.
  public let leak: Float
}

extension Compute {
  fileprivate static let rowsPerActivationTile = 1024

  /// Mean and biased variance of each channel, in two passes and double precision, so that a large
  /// mean costs no digits.
  public func statistics(of input: Tensor) -> ChannelStatistics {
    let channels = input.channels
    let rows = Double(max(input.rows, 1))
    let mean = columnSums(of: input)
    for channel in 0..<channels { mean[channel] /= rows }
    let variance = columnSums(rows: input.rows, columns: channels) { rows, sums in
      for row in rows {
        let values = input.values + row &* channels
        for channel in 0..<channels {
          let distance = Double(values[channel]) - mean[channel]
          sums[channel] += distance * distance
        }
      }
    }
    for channel in 0..<channels { variance[channel] /= rows }
    return ChannelStatistics(mean: mean, variance: variance)
  }

  /// The normalisation by given mean and variance.
  ///
  /// - Parameter epsilon: added to the variance before its root is taken.
  public func normalization(
    mean: UnsafePointer<Double>, variance: UnsafePointer<Double>, channels: Int, epsilon: Double,
    leak: Float
  ) -> Normalization {
    let means = arena.scratch(Float.self, count: channels)
    let deviations = arena.scratch(Float.self, count: channels)
    for channel in 0..<channels {
      means[channel] = Float(mean[channel])
      deviations[channel] = Float(1 / (variance[channel] + epsilon).squareRoot())
    }
    return Normalization(mean: means, inverseDeviation: deviations, leak: leak)
  }

  /// `leaky((x - mean) · inverse deviation · scale + shift)` on every row.
  ///
  /// - Parameters:
  ///   - scale: `[1, channels]`.
  ///   - shift: `[1, channels]`.
  public func normalize(
    _ input: Tensor, by normalization: Normalization, scale: Tensor, shift: Tensor
  ) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: input.rows, channels: channels)
    let factor = arena.scratch(Float.self, count: channels)
    for channel in 0..<channels {
      factor[channel] = scale.values[channel] * normalization.inverseDeviation[channel]
    }
    let mean = normalization.mean
    let leak = normalization.leak
    threads.forEachTile(of: input.rows, tile: Self.rowsPerActivationTile) { rows in
      for row in rows {
        let source = input.values + row &* channels
        let target = output.values + row &* channels
        for channel in 0..<channels {
          let value = (source[channel] - mean[channel]) * factor[channel] + shift.values[channel]
          target[channel] = value > 0 ? value : value * leak
        }
      }
    }
    return output
  }

  /// The backward pass of `normalize`.
  ///
  /// - Parameters:
  ///   - output: what `normalize` returned; its sign tells which side of the activation a value is.
  ///   - usesBatchStatistics: whether mean and variance came from `input` itself (training), so that
  ///     the gradient flows through them too.
  ///   - scaleGradient: `[1, channels]`, added to.
  ///   - shiftGradient: `[1, channels]`, added to.
  /// - Returns: the gradient of the input.
  public func normalizeBackward(
    input: Tensor, output: Tensor, outputGradient: Tensor, normalization: Normalization,
    scale: Tensor, usesBatchStatistics: Bool, scaleGradient: Tensor, shiftGradient: Tensor
  ) -> Tensor {
    let channels = input.channels
    let pass = NormalizationPass(
      input: input, output: output, outputGradient: outputGradient, by: normalization)
    let sums = pass.sums(self)
    for channel in 0..<channels {
      shiftGradient.values[channel] += Float(sums[channel])
      scaleGradient.values[channel] += Float(sums[channels + channel])
    }
    let coefficients = arena.scratch(Float.self, count: 3 * channels)
    let share = usesBatchStatistics ? 1 / Double(max(input.rows, 1)) : 0
    for channel in 0..<channels {
      coefficients[channel] =
        scale.values[channel] * normalization.inverseDeviation[channel]
      coefficients[channels + channel] = Float(sums[channel] * share)
      coefficients[2 * channels + channel] = Float(sums[channels + channel] * share)
    }
    return pass.inputGradient(coefficients, self)
  }
}

/// The two sweeps over the rows that the gradient of a normalisation takes.
private struct NormalizationPass {
  let input: Tensor
  let output: Tensor
  let outputGradient: Tensor
  let mean: UnsafePointer<Float>
  let deviation: UnsafePointer<Float>
  let leak: Float

  init(input: Tensor, output: Tensor, outputGradient: Tensor, by normalization: Normalization) {
    self.input = input
    self.output = output
    self.outputGradient = outputGradient
    mean = UnsafePointer(normalization.mean)
    deviation = UnsafePointer(normalization.inverseDeviation)
    leak = normalization.leak
  }

  /// For each channel the sum of gradients before the activation, then of those times the
  /// normalised input.
  func sums(_ compute: Compute) -> UnsafeMutablePointer<Double> {
    let channels = input.channels
    // Constants of the loop: read from the structure they would be read again for every value.
    let (mean, deviation, leak) = (mean, deviation, leak)
    return compute.columnSums(rows: input.rows, columns: 2 * channels) { rows, sums in
      for row in rows {
        let x = input.values + row &* channels
        let y = output.values + row &* channels
        let g = outputGradient.values + row &* channels
        for channel in 0..<channels {
          let slope = y[channel] > 0 ? g[channel] : g[channel] * leak
          let normal = (x[channel] - mean[channel]) * deviation[channel]
          sums[channel] += Double(slope)
          sums[channels + channel] += Double(slope * normal)
        }
      }
    }
  }

  /// `factor · (gradient - mean gradient - normalised input · mean product)` on every row.
  ///
  /// - Parameter coefficients: the three numbers of each channel, `[3 × channels]`.
  func inputGradient(_ coefficients: UnsafePointer<Float>, _ compute: Compute) -> Tensor {
    let channels = input.channels
    let (mean, deviation, leak) = (mean, deviation, leak)
    let gradient = compute.arena.tensor(rows: input.rows, channels: channels)
    compute.threads.forEachTile(of: input.rows, tile: Compute.rowsPerActivationTile) { rows in
      for row in rows {
        let x = input.values + row &* channels
        let y = output.values + row &* channels
        let g = outputGradient.values + row &* channels
        let target = gradient.values + row &* channels
        for channel in 0..<channels {
          let slope = y[channel] > 0 ? g[channel] : g[channel] * leak
          let normal = (x[channel] - mean[channel]) * deviation[channel]
          let centred = slope - coefficients[channels + channel]
          target[channel] =
            coefficients[channel] * (centred - normal * coefficients[2 * channels + channel])
        }
      }
    }
    return gradient
  }
}
