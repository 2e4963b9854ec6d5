import KernelOperands
import Tensors

/// What the backward pass of a batch normalisation reads and adds to.
public struct NormalizationPass {
  let input: Tensor
  let normalization: Normalization
  let scale: Tensor
  let shift: Tensor
  let usesBatchStatistics: Bool
  let scaleGradient: Tensor
  let shiftGradient: Tensor

  /// The pass of one layer.
  ///
  /// - Parameters:
  ///   - scale: `[1, channels]`.
  ///   - shift: `[1, channels]`.
  ///   - usesBatchStatistics: whether mean and variance came from `input` itself (training), so that
  ///     the gradient flows through them too.
  ///   - scaleGradient: `[1, channels]`, added to.
  ///   - shiftGradient: `[1, channels]`, added to.
  public init(
    input: Tensor, normalization: Normalization, scale: Tensor, shift: Tensor,
    usesBatchStatistics: Bool, scaleGradient: Tensor, shiftGradient: Tensor
  ) {
    self.input = input
    self.normalization = normalization
    self.scale = scale
    self.shift = shift
    self.usesBatchStatistics = usesBatchStatistics
    self.scaleGradient = scaleGradient
    self.shiftGradient = shiftGradient
  }
}

extension Compute {
  /// The backward pass of `normalize`.
  ///
  /// On which side of the activation a value was is computed again, which is cheaper than to read it.
  ///
  /// - Returns: the gradient of the input.
  public func normalizeBackward(_ pass: NormalizationPass, outputGradient: Tensor) -> Tensor {
    let map = AffineMap(pass.normalization, scale: pass.scale, shift: pass.shift, self)
    return normalizeBackward(pass, map, outputGradient: outputGradient)
  }

  /// The backward pass of `normalize` with an addend.
  ///
  /// - Parameter output: what `normalize` returned; its sign tells which side of the activation a
  ///   value is.
  /// - Returns: the gradients of the input and of the addend.
  public func normalizeBackward(
    _ pass: NormalizationPass, output: Tensor, outputGradient: Tensor
  ) -> (input: Tensor, addend: Tensor) {
    let map = AffineMap(pass.normalization, scale: pass.scale, shift: pass.shift, self)
    guard map.leak != 1 else {
      let gradient = normalizeBackward(pass, map, outputGradient: outputGradient)
      return (gradient, outputGradient)
    }
    let slopes = arena.tensor(rows: output.rows, channels: output.channels)
    let gradient = normalizeBackward(
      pass, map, outputGradient: outputGradient, output: output.values, passed: slopes.values)
    return (gradient, slopes)
  }

  /// The gradient of the input.
  ///
  /// - Parameters:
  ///   - output: where the sign of what went into the activation is found, if it is not to be
  ///     computed again.
  ///   - passed: where the gradient that passes the activation is then written, since it goes to the
  ///     addend too.
  private func normalizeBackward(
    _ pass: NormalizationPass, _ map: AffineMap, outputGradient: Tensor,
    output: UnsafePointer<Float>? = nil, passed: UnsafeMutablePointer<Float>? = nil
  ) -> Tensor {
    let (rows, channels) = (pass.input.rows, pass.input.channels)
    let (x, g) = (pass.input.values, outputGradient.values)
    let instructions = InstructionSet.current
    let sums = columnSums(rows: rows, channels: channels, columns: 2 * channels) { rows, sums in
      let first = rows.lowerBound * channels
      instructions.addSlopes(
        SlopeSums(
          map: map, rows: rows.count, input: x + first, gradient: g + first,
          output: output.map { $0 + first }, slopes: passed.map { $0 + first }, sums: sums))
    }
    let shares = shares(pass, map, sums)
    let result = arena.tensor(rows: rows, channels: channels)
    let target = result.values
    // The first sweep has left what passed the activation in memory.
    let slopes = passed ?? g
    let isGated = passed == nil && map.leak != 1
    threads.forEachTile(of: rows, tile: Self.rowsPerTile(channels: channels)) { rows in
      let first = rows.lowerBound * channels
      instructions.normalizeBackward(
        NormalizedGradient(
          map: map, rows: rows.count, isGated: isGated, shares: shares, input: x + first,
          gradient: slopes + first, output: target + first))
    }
    return result
  }

  /// Hands sums on to the gradients of scale and shift; what is left is, for each channel, what every
  /// row's gradient loses: a constant, and a multiple of its distance from the mean.
  private func shares(
    _ pass: NormalizationPass, _ map: AffineMap, _ sums: UnsafeMutablePointer<Double>
  ) -> UnsafePointer<Float> {
    let channels = map.channels
    let shares = arena.scratch(Float.self, count: 2 * channels)
    let share = pass.usesBatchStatistics ? 1 / Double(max(pass.input.rows, 1)) : 0
    for channel in 0..<channels {
      let deviation = Double(pass.normalization.inverseDeviation[channel])
      let projection = sums[channels + channel] * deviation
      pass.shiftGradient.values[channel] += Float(sums[channel])
      pass.scaleGradient.values[channel] += Float(projection)
      let factor = Double(map.factor[channel]) * share
      shares[channel] = Float(factor * sums[channel])
      shares[channels + channel] = Float(factor * projection * deviation)
    }
    return UnsafePointer(shares)
  }
}
