/// Gives flat filter weights their shape.
///
/// - Parameters:
///   - values: row-major `(offsets, inputChannels, outputChannels)`.
///   - offsets: the filter's volume.
///   - inputChannels: the channels read.
///   - outputChannels: the channels written.
/// - Returns: weights indexed `[offset][input channel][output channel]`.
public func shapedWeights(
  _ values: [Double], offsets: Int, inputChannels: Int, outputChannels: Int
) -> [[[Double]]] {
  precondition(
    values.count == offsets * inputChannels * outputChannels,
    "the weights must number offsets × input channels × output channels")
  return (0..<offsets).map { offset in
    (0..<inputChannels).map { input in
      let start = (offset * inputChannels + input) * outputChannels
      return Array(values[start..<start + outputChannels])
    }
  }
}

/// Writes grouped filter weights as the block-diagonal weights they abbreviate.
///
/// - Parameters:
///   - values: row-major `(offsets, groups, inputChannels / groups, outputChannels / groups)`.
///   - offsets: the filter's volume.
///   - groups: the number of channel groups that do not mix.
///   - inputChannels: all channels read.
///   - outputChannels: all channels written.
public func blockDiagonalWeights(
  _ values: [Double], offsets: Int, groups: Int, inputChannels: Int, outputChannels: Int
) -> [[[Double]]] {
  let inputs = inputChannels / groups
  let outputs = outputChannels / groups
  let blocks = shapedWeights(
    values, offsets: offsets * groups, inputChannels: inputs, outputChannels: outputs)
  return (0..<offsets).map { offset in
    (0..<inputChannels).map { input in
      (0..<outputChannels).map { output in
        guard input / inputs == output / outputs else { return 0 }
        return blocks[offset * groups + input / inputs][input % inputs][output % outputs]
      }
    }
  }
}
