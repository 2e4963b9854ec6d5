import Tensors

/// Batch normalisation as the affine map it is on each channel:
/// `leaky((x - mean) · factor + shift)`.
public struct Normalization {
  /// Mean that is subtracted, per channel.
  public let mean: UnsafeMutablePointer<Float>

  /// One over the standard deviation, per channel.
  public let inverseDeviation: UnsafeMutablePointer<Float>

  /// Slope of the activation for negative values: 0 is ReLU, 1 is none.
  public let leak: Float
}

extension Compute {
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

  /// `leaky((x - mean) · inverse deviation · scale + shift)` on every row, or that of the sum with
  /// another tensor.
  ///
  /// - Parameters:
  ///   - scale: `[1, channels]`.
  ///   - shift: `[1, channels]`.
  ///   - addend: of the shape of `input`; what is added before the activation, as at the end of a
  ///     residual block.
  public func normalize(
    _ input: Tensor, by normalization: Normalization, scale: Tensor, shift: Tensor,
    adding addend: Tensor? = nil
  ) -> Tensor {
    let channels = input.channels
    precondition(addend.map { $0.count == input.count } ?? true, "only equal shapes are added")
    let output = arena.tensor(rows: input.rows, channels: channels)
    let map = AffineMap(normalization, scale: scale, shift: shift, self)
    let (source, target, other) = (input.values, output.values, addend?.values)
    threads.forEachTile(of: input.rows, tile: Self.rowsPerTile(channels: channels)) { rows in
      NormalizationSweep(map: map, input: source, addend: other, output: target)
        .sweep(rows: rows, channels: channels)
    }
    return output
  }
}

/// The constants of a normalisation, one of each for a channel.
struct AffineMap {
  let channels: Int
  let mean: UnsafePointer<Float>
  let factor: UnsafePointer<Float>
  let shift: UnsafePointer<Float>
  let leak: Float

  init(_ normalization: Normalization, scale: Tensor, shift: Tensor, _ compute: Compute) {
    channels = scale.channels
    let factor = compute.arena.scratch(Float.self, count: channels)
    for channel in 0..<channels {
      factor[channel] = scale.values[channel] * normalization.inverseDeviation[channel]
    }
    mean = UnsafePointer(normalization.mean)
    self.factor = UnsafePointer(factor)
    self.shift = UnsafePointer(shift.values)
    leak = normalization.leak
  }
}

/// Normalises, adds and activates.
private struct NormalizationSweep: ChannelSweep {
  let map: AffineMap
  let input: UnsafePointer<Float>
  let addend: UnsafePointer<Float>?
  let output: UnsafeMutablePointer<Float>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>) {
    let (input, output, pitch) = (input + channel, output + channel, map.channels)
    let (mean, factor) = (V(at: map.mean + channel), V(at: map.factor + channel))
    let (shift, leak) = (V(at: map.shift + channel), V(repeating: map.leak))
    if let addend {
      let addend = addend + channel
      for row in rows {
        let offset = row &* pitch
        let sum = (V(at: input + offset) - mean) * factor + shift + V(at: addend + offset)
        sum.leaking(leak, where: sum).store(to: output + offset)
      }
    } else {
      for row in rows {
        let value = (V(at: input + row &* pitch) - mean) * factor + shift
        value.leaking(leak, where: value).store(to: output + row &* pitch)
      }
    }
  }
}
