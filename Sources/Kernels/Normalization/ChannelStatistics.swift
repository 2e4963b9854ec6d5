import KernelOperands
import Tensors

/// Mean and variance of each channel over the rows of a tensor.
public struct ChannelStatistics {
  /// Mean of each channel.
  public let mean: UnsafeMutablePointer<Double>

  /// Variance of each channel about that mean, divided by the number of rows.
  public let variance: UnsafeMutablePointer<Double>

  /// Rows that they are of.
  public let rows: Int
}

extension Compute {
  /// Mean and biased variance of each channel.
  ///
  /// Runs of a few rows are summed about one of them, so that a large mean costs no digits, and put
  /// together in double precision. Cost: one pass over the values.
  ///
  /// Where ranks share statistics, they are of the rows of all ranks, each of which has to call this.
  ///
  /// - Parameter part: the rows that are taken together, all if left out.
  public func statistics(of input: Tensor, part: [Range<Int>]? = nil) -> ChannelStatistics {
    let (values, channels) = (input.values, input.channels)
    let part = part ?? [0..<input.rows]
    let instructions = InstructionSet.current
    let mean = columnSums(part, channels: channels, columns: 2 * channels) { rows, sums in
      instructions.addMoments(
        ColumnSums(
          values: values + rows.lowerBound * channels, rows: rows.count, channels: channels,
          sums: sums))
    }
    let count = sumOverRanks(
      mean, count: 2 * channels, rows: part.reduce(0) { $0 + $1.count })
    let rows = Double(max(count, 1))
    let variance = mean + channels
    for channel in 0..<channels {
      mean[channel] /= rows
      variance[channel] = max(0, variance[channel] / rows - mean[channel] * mean[channel])
    }
    return ChannelStatistics(mean: mean, variance: variance, rows: count)
  }

  /// Adds up sums, and the number of rows they are of, over ranks that share statistics.
  ///
  /// - Returns: the number of rows.
  func sumOverRanks(_ sums: UnsafeMutablePointer<Double>, count: Int, rows: Int) -> Int {
    guard sharesStatistics, let ranks else { return rows }
    var values = Array(UnsafeBufferPointer(start: sums, count: count)) + [Double(rows)]
    ranks.sum(&values)
    for index in 0..<count { sums[index] = values[index] }
    return Int(values[count])
  }
}
