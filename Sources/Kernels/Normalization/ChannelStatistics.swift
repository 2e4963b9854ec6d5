import KernelOperands
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
  /// Runs of a few rows are summed about one of them, so that a large mean costs no digits, and put
  /// together in double precision. Cost: one pass over the values.
  ///
  /// - Parameter part: the rows that are taken together, all if left out.
  public func statistics(of input: Tensor, part: [Range<Int>]? = nil) -> ChannelStatistics {
    let (values, channels) = (input.values, input.channels)
    let part = part ?? [0..<input.rows]
    let rows = Double(max(part.reduce(0) { $0 + $1.count }, 1))
    let instructions = InstructionSet.current
    let mean = columnSums(part, channels: channels, columns: 2 * channels) { rows, sums in
      instructions.addMoments(
        ColumnSums(
          values: values + rows.lowerBound * channels, rows: rows.count, channels: channels,
          sums: sums))
    }
    let variance = mean + channels
    for channel in 0..<channels {
      mean[channel] /= rows
      variance[channel] = max(0, variance[channel] / rows - mean[channel] * mean[channel])
    }
    return ChannelStatistics(mean: mean, variance: variance)
  }
}
