/// What one batch says about each channel.
public struct BatchStatistics: Equatable, Sendable {
  /// The mean over all rows.
  public var mean: [Double]
  /// The mean squared deviation, divided by the number of rows: what training normalises by.
  public var biasedVariance: [Double]
  /// The same divided by one row less, zero for a single row: what the running variance averages.
  public var unbiasedVariance: [Double]

  /// The statistics of rows × channels, in two passes.
  ///
  /// - Parameters:
  ///   - features: the rows of all samples together.
  ///   - channels: the number of channels, which no row may be there to tell.
  public init(of features: [[Double]], channels: Int) {
    let count = Double(features.count)
    let zero = Array(repeating: 0.0, count: channels)
    mean = zero
    biasedVariance = zero
    unbiasedVariance = zero
    guard count > 0 else { return }
    for channel in 0..<channels {
      let centre = features.reduce(0) { $0 + $1[channel] } / count
      let squares = features.reduce(0) { sum, row in
        sum + (row[channel] - centre) * (row[channel] - centre)
      }
      mean[channel] = centre
      biasedVariance[channel] = squares / count
      unbiasedVariance[channel] = count > 1 ? squares / (count - 1) : 0
    }
  }
}

/// Normalises rows with given statistics, then applies a leaky rectifier.
///
/// `y = scale · (x − mean) / √(variance + epsilon) + shift`, and `leak · y` where `y` is negative.
///
/// - Parameters:
///   - features: rows × channels.
///   - mean: per channel; the running mean in evaluation, the batch mean in training.
///   - variance: per channel; the running variance, or the biased batch variance in training.
///   - scale: per channel.
///   - shift: per channel.
///   - epsilon: added to the variance.
///   - leak: the slope below zero; 1 is no rectifier.
public func batchNormalization(
  _ features: [[Double]], mean: [Double], variance: [Double], scale: [Double],
  shift: [Double], epsilon: Double, leak: Double = 1
) -> [[Double]] {
  let normalized = features.map { row in
    row.indices.map { channel in
      let deviation = (variance[channel] + epsilon).squareRoot()
      return scale[channel] * (row[channel] - mean[channel]) / deviation + shift[channel]
    }
  }
  return leakyReLU(normalized, leak: leak)
}

/// Batch normalization in training: normalises with the batch's own mean and biased variance.
///
/// - Returns: the normalised and rectified rows, and the statistics for the running averages.
public func batchNormalizationTraining(
  _ features: [[Double]], scale: [Double], shift: [Double], epsilon: Double, leak: Double = 1
) -> (features: [[Double]], statistics: BatchStatistics) {
  let statistics = BatchStatistics(of: features, channels: scale.count)
  let rows = batchNormalization(
    features, mean: statistics.mean, variance: statistics.biasedVariance, scale: scale,
    shift: shift, epsilon: epsilon, leak: leak)
  return (rows, statistics)
}

/// A running average: keeps the fraction `keep` of the old value and takes the rest of the new.
///
/// SparseConvNet calls 0.99 of `keep` its momentum; PyTorch calls 0.1 of `1 − keep` its own.
public func runningAverage(_ old: [Double], _ new: [Double], keep: Double) -> [Double] {
  zip(old, new).map { keep * $0 + (1 - keep) * $1 }
}
