import Tensors

/// Mean and deviation of each group of channels over the sites of each event.
///
/// Written down for each channel, so that loops over values need not know of groups.
public struct EventNormalization {
  /// Rows of each event.
  public let eventRows: [Range<Int>]

  /// Channels that share a mean: the channels of the tensor divided by the number of groups.
  public let channelsPerGroup: Int

  /// `[events, channels]`.
  public let mean: UnsafeMutablePointer<Float>

  /// `[events, channels]`, one over the standard deviation.
  public let inverseDeviation: UnsafeMutablePointer<Float>

  /// Slope of the activation for negative values: 0 is ReLU, 1 is none.
  public let leak: Float
}

extension Compute {
  private static let rowsPerTile = 1024

  /// Statistics of each event and group, in two passes and double precision.
  ///
  /// - Parameters:
  ///   - eventRows: consecutive ranges that cover the rows; an empty one has no statistics.
  ///   - groups: divides the channels.
  ///   - epsilon: added to the variance before its root is taken.
  public func eventNormalization(
    of input: Tensor, eventRows: [Range<Int>], groups: Int, epsilon: Double, leak: Float
  ) -> EventNormalization {
    let channels = input.channels
    let perGroup = channels / max(groups, 1)
    let normalization = EventNormalization(
      eventRows: eventRows, channelsPerGroup: perGroup,
      mean: arena.scratch(Float.self, count: eventRows.count * channels),
      inverseDeviation: arena.scratch(Float.self, count: eventRows.count * channels), leak: leak)
    for (event, rows) in eventRows.enumerated() where !rows.isEmpty {
      let values = Double(rows.count * perGroup)
      let mean = sums(of: input, rows, about: nil)
      pool(mean, channels: channels, perGroup: perGroup)
      for channel in 0..<channels { mean[channel] /= values }
      let squares = sums(of: input, rows, about: mean)
      pool(squares, channels: channels, perGroup: perGroup)
      for channel in 0..<channels {
        let deviation = (squares[channel] / values + epsilon).squareRoot()
        normalization.mean[event * channels + channel] = Float(mean[channel])
        normalization.inverseDeviation[event * channels + channel] = Float(1 / deviation)
      }
    }
    return normalization
  }

  /// `leaky((x - mean) · inverse deviation · scale + shift)` with each event's own statistics.
  ///
  /// - Parameters:
  ///   - scale: `[1, channels]`.
  ///   - shift: `[1, channels]`.
  public func normalize(
    _ input: Tensor, by normalization: EventNormalization, scale: Tensor, shift: Tensor
  ) -> Tensor {
    let channels = input.channels
    let leak = normalization.leak
    let output = arena.tensor(rows: input.rows, channels: channels)
    for (event, eventRows) in normalization.eventRows.enumerated() {
      let mean = normalization.mean + event * channels
      let deviation = normalization.inverseDeviation + event * channels
      threads.forEachTile(of: eventRows.count, tile: Self.rowsPerTile) { rows in
        for row in rows {
          let source = input.values + (eventRows.lowerBound &+ row) &* channels
          let target = output.values + (eventRows.lowerBound &+ row) &* channels
          for channel in 0..<channels {
            let normal = (source[channel] - mean[channel]) * deviation[channel]
            let value = normal * scale.values[channel] + shift.values[channel]
            target[channel] = value > 0 ? value : value * leak
          }
        }
      }
    }
    return output
  }

  /// The sum of each channel over some rows, or of its squared distance from a centre.
  private func sums(
    of input: Tensor, _ range: Range<Int>, about centre: UnsafeMutablePointer<Double>?
  ) -> UnsafeMutablePointer<Double> {
    let channels = input.channels
    let first = input.values + range.lowerBound * channels
    return columnSums(rows: range.count, channels: channels, columns: channels) { rows, sums in
      for row in rows {
        let values = first + row &* channels
        if let centre {
          for channel in 0..<channels {
            let distance = Double(values[channel]) - centre[channel]
            sums[channel] += distance * distance
          }
        } else {
          for channel in 0..<channels { sums[channel] += Double(values[channel]) }
        }
      }
    }
  }

  /// Gives every channel the sum over its group.
  func pool(_ sums: UnsafeMutablePointer<Double>, channels: Int, perGroup: Int) {
    for first in stride(from: 0, to: channels, by: max(perGroup, 1)) {
      var sum = 0.0
      for channel in first..<first + perGroup { sum += sums[channel] }
      for channel in first..<first + perGroup { sums[channel] = sum }
    }
  }
}
