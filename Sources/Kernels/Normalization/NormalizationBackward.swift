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
    let gradient = arena.tensor(rows: pass.input.rows, channels: pass.input.channels)
    normalizeBackward(
      pass, part: [0..<pass.input.rows], outputGradient: outputGradient, into: gradient)
    return gradient
  }

  /// The backward pass of `normalize` with an addend.
  ///
  /// - Parameter output: what `normalize` returned; its sign tells which side of the activation a
  ///   value is.
  /// - Returns: the gradients of the input and of the addend.
  public func normalizeBackward(
    _ pass: NormalizationPass, output: Tensor, outputGradient: Tensor
  ) -> (input: Tensor, addend: Tensor) {
    let slopes = slopes(of: output, outputGradient: outputGradient, leak: pass.normalization.leak)
    let gradient = arena.tensor(rows: output.rows, channels: output.channels)
    normalizeBackward(
      pass, part: [0..<output.rows], output: output, outputGradient: outputGradient,
      passing: slopes, into: gradient)
    return (gradient, slopes)
  }

  /// Memory for the gradient that passes the activation of a sum; the sum's own where there is none.
  public func slopes(of output: Tensor, outputGradient: Tensor, leak: Float) -> Tensor {
    leak == 1 ? outputGradient : arena.tensor(rows: output.rows, channels: output.channels)
  }

  /// The backward pass on some of the rows, those that were normalised together.
  ///
  /// - Parameters:
  ///   - part: the rows that are written.
  ///   - output: where the sign of what went into the activation is found, after a sum.
  ///   - slopes: where the gradient that passes the activation is then written, since it goes to the
  ///     addend too; what `slopes(of:outputGradient:leak:)` made.
  ///   - gradient: of the input, in its shape.
  public func normalizeBackward(
    _ pass: NormalizationPass, part: [Range<Int>], output: Tensor? = nil, outputGradient: Tensor,
    passing slopes: Tensor? = nil, into gradient: Tensor
  ) {
    let channels = pass.input.channels
    let map = AffineMap(pass.normalization, scale: pass.scale, shift: pass.shift, self)
    let (x, g, target) = (pass.input.values, outputGradient.values, gradient.values)
    // Without an activation the gradient passes as it is, and nothing needs to be written.
    let isPassing = slopes != nil && map.leak != 1
    let signs = isPassing ? output?.values : nil
    let passed = isPassing ? slopes?.values : nil
    let instructions = InstructionSet.current
    let sums = columnSums(part, channels: channels, columns: 2 * channels) { rows, sums in
      let first = rows.lowerBound * channels
      instructions.addSlopes(
        SlopeSums(
          map: map, rows: rows.count, input: x + first, gradient: g + first,
          output: signs.map { $0 + first }, slopes: passed.map { $0 + first }, sums: sums))
    }
    let shares = shares(pass, map, sums, rows: part.reduce(0) { $0 + $1.count })
    // The first sweep has left what passed the activation in memory.
    let arriving = passed ?? g
    let isGated = passed == nil && map.leak != 1
    for range in part {
      threads.forEachTile(of: range.count, tile: Self.rowsPerTile(channels: channels)) { rows in
        let first = (range.lowerBound + rows.lowerBound) * channels
        instructions.normalizeBackward(
          NormalizedGradient(
            map: map, rows: rows.count, isGated: isGated, shares: shares, input: x + first,
            gradient: arriving + first, output: target + first))
      }
    }
  }

  /// Hands sums on to the gradients of scale and shift; what is left is, for each channel, what every
  /// row's gradient loses: a constant, and a multiple of its distance from the mean.
  private func shares(
    _ pass: NormalizationPass, _ map: AffineMap, _ sums: UnsafeMutablePointer<Double>, rows: Int
  ) -> UnsafePointer<Float> {
    let channels = map.channels
    let shares = arena.scratch(Float.self, count: 2 * channels)
    // Of scale and shift each rank has its part of the gradient; it is added up with all others.
    for channel in 0..<channels {
      let deviation = Double(pass.normalization.inverseDeviation[channel])
      pass.shiftGradient.values[channel] += Float(sums[channel])
      pass.scaleGradient.values[channel] += Float(sums[channels + channel] * deviation)
    }
    var share = 0.0
    if pass.usesBatchStatistics {
      share = 1 / Double(max(sumOverRanks(sums, count: 2 * channels, rows: rows), 1))
    }
    for channel in 0..<channels {
      let deviation = Double(pass.normalization.inverseDeviation[channel])
      let projection = sums[channels + channel] * deviation
      let factor = Double(map.factor[channel]) * share
      shares[channel] = Float(factor * sums[channel])
      shares[channels + channel] = Float(factor * projection * deviation)
    }
    return UnsafePointer(shares)
  }
}
