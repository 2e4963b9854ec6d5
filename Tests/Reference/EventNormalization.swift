/// Normalises groups of channels over the sites of each event alone, then applies a leaky rectifier.
///
/// - Parameters:
///   - features: sites × channels.
///   - sites: `[event, coordinates…]` of each row, in any order.
///   - groups: how many groups the channels are parted into.
///   - scale: per channel.
///   - shift: per channel.
///   - epsilon: added to the variance.
///   - leak: the slope below zero; 1 is no rectifier.
public func groupNormalization(
  _ features: [[Double]], sites: [[Int]], groups: Int, scale: [Double], shift: [Double],
  epsilon: Double, leak: Double = 1
) -> [[Double]] {
  normalized(
    features, scale: scale, shift: shift, epsilon: epsilon, leak: leak
  ) { row, channel in
    [sites[row][0], channel * groups / scale.count]
  }
}

/// Normalises all channels of each site alone.
public func layerNormalization(
  _ features: [[Double]], scale: [Double], shift: [Double], epsilon: Double, leak: Double = 1
) -> [[Double]] {
  normalized(features, scale: scale, shift: shift, epsilon: epsilon, leak: leak) { row, _ in [row] }
}

/// Normalises every value by mean and biased variance of all values with the same key.
private func normalized(
  _ features: [[Double]], scale: [Double], shift: [Double], epsilon: Double, leak: Double,
  key: (_ row: Int, _ channel: Int) -> [Int]
) -> [[Double]] {
  var values: [[Int]: [Double]] = [:]
  for (row, channels) in features.enumerated() {
    for (channel, value) in channels.enumerated() {
      values[key(row, channel), default: []].append(value)
    }
  }
  let moments = values.mapValues { values in
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean: mean, deviation: (squares / Double(values.count) + epsilon).squareRoot())
  }
  let output = features.enumerated().map { row, channels in
    channels.enumerated().map { channel, value in
      guard let moment = moments[key(row, channel)] else { return Double.nan }
      return (value - moment.mean) / moment.deviation * scale[channel] + shift[channel]
    }
  }
  return leakyReLU(output, leak: leak)
}
