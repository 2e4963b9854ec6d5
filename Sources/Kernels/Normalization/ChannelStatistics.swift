import Tensors

/// Mean and variance of each channel over the rows of a tensor.
public struct ChannelStatistics {
  /// Mean of each channel.
  public let mean: UnsafeMutablePointer<Double>

  /// Variance of each channel about that mean, divided by the number of rows.
  public let variance: UnsafeMutablePointer<Double>
}

extension Compute {
  /// Mean and biased variance of each channel.
  ///
  /// Runs of a few rows are summed about their own mean, so that a large one costs no digits, and put
  /// together in double precision. Cost: one pass over the values.
  public func statistics(of input: Tensor) -> ChannelStatistics {
    let (values, channels) = (input.values, input.channels)
    let rows = Double(max(input.rows, 1))
    let mean = columnSums(rows: input.rows, channels: channels, columns: 2 * channels) {
      rows, sums in
      MomentSweep(values: values, channels: channels, sums: sums)
        .sweep(rows: rows, channels: channels)
    }
    let variance = mean + channels
    for channel in 0..<channels {
      mean[channel] /= rows
      variance[channel] = max(0, variance[channel] / rows - mean[channel] * mean[channel])
    }
    return ChannelStatistics(mean: mean, variance: variance)
  }
}

/// Adds up the values of each channel, and their squares.
private struct MomentSweep: ChannelSweep {
  let values: UnsafePointer<Float>
  let channels: Int

  /// For each channel the sum of values, then for each channel the sum of squares.
  let sums: UnsafeMutablePointer<Double>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>) {
    let (values, pitch) = (values + channel, channels)
    var (even, odd) = (V(repeating: 0), V(repeating: 0))
    var row = rows.lowerBound
    while row &+ 2 <= rows.upperBound {
      even = even + V(at: values + row &* pitch)
      odd = odd + V(at: values + (row &+ 1) &* pitch)
      row &+= 2
    }
    if row < rows.upperBound { even = even + V(at: values + row &* pitch) }
    let centre = (even + odd) * V(repeating: 1 / Float(rows.count))
    var (sum, squares) = (V(repeating: 0), V(repeating: 0))
    for row in rows {
      let distance = V(at: values + row &* pitch) - centre
      sum = sum + distance
      squares = squares + distance * distance
    }
    // About zero, in double precision, which has digits to spare.
    let (count, centreSum) = (V.Wide(repeating: Double(rows.count)), sum.wide)
    let total = count * centre.wide + centreSum
    total.add(to: sums + channel)
    (squares.wide + centre.wide * (total + centreSum)).add(to: sums + (channels + channel))
  }
}
