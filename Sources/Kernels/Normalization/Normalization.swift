import KernelOperands
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

  /// A normalisation by constants that outlive it.
  public init(
    mean: UnsafeMutablePointer<Float>, inverseDeviation: UnsafeMutablePointer<Float>, leak: Float
  ) {
    self.mean = mean
    self.inverseDeviation = inverseDeviation
    self.leak = leak
  }
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
    let output = arena.tensor(rows: input.rows, channels: input.channels)
    normalize(
      input, part: [0..<input.rows], by: normalization, scale: scale, shift: shift,
      adding: addend, into: output)
    return output
  }

  /// The same on some of the rows.
  ///
  /// - Parameters:
  ///   - part: the rows that are written.
  ///   - output: of the shape of `input`.
  public func normalize(
    _ input: Tensor, part: [Range<Int>], by normalization: Normalization, scale: Tensor,
    shift: Tensor, adding addend: Tensor?, into output: Tensor
  ) {
    let channels = input.channels
    precondition(addend.map { $0.count == input.count } ?? true, "only equal shapes are added")
    precondition(output.count == input.count, "a result has the shape of its input")
    let map = AffineMap(normalization, scale: scale, shift: shift, self)
    let (source, target, other) = (input.values, output.values, addend?.values)
    let instructions = InstructionSet.current
    for range in part {
      threads.forEachTile(of: range.count, tile: Self.rowsPerTile(channels: channels)) { rows in
        let first = (range.lowerBound + rows.lowerBound) * channels
        instructions.normalize(
          NormalizedRows(
            map: map, rows: rows.count, input: source + first, addend: other.map { $0 + first },
            output: target + first))
      }
    }
  }
}

extension AffineMap {
  /// A normalisation with its scale and shift; the constants lie in scratch memory.
  init(_ normalization: Normalization, scale: Tensor, shift: Tensor, _ compute: Compute) {
    let channels = scale.channels
    let factor = compute.arena.scratch(Float.self, count: channels)
    for channel in 0..<channels {
      factor[channel] = scale.values[channel] * normalization.inverseDeviation[channel]
    }
    self.init(
      channels: channels, mean: normalization.mean, factor: factor, shift: shift.values,
      leak: normalization.leak)
  }
}
