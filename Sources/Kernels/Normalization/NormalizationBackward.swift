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
    let gate: Gate = map.leak == 1 ? .open : .value
    return normalizeBackward(pass, map, gate, outputGradient: outputGradient)
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
      let gradient = normalizeBackward(pass, map, .open, outputGradient: outputGradient)
      return (gradient, outputGradient)
    }
    let slopes = arena.tensor(rows: output.rows, channels: output.channels)
    let gate = Gate.output(UnsafePointer(output.values), slopes: slopes.values)
    return (normalizeBackward(pass, map, gate, outputGradient: outputGradient), slopes)
  }

  private func normalizeBackward(
    _ pass: NormalizationPass, _ map: AffineMap, _ gate: Gate, outputGradient: Tensor
  ) -> Tensor {
    let (rows, channels) = (pass.input.rows, pass.input.channels)
    let (x, g) = (pass.input.values, outputGradient.values)
    let sums = columnSums(rows: rows, channels: channels, columns: 2 * channels) { rows, sums in
      SlopeSweep(map: map, gate: gate, input: x, gradient: g, sums: sums)
        .sweep(rows: rows, channels: channels)
    }
    let shares = shares(pass, map, sums)
    let result = arena.tensor(rows: rows, channels: channels)
    let target = result.values
    // The first sweep has left what passed the activation in memory.
    let (slopes, isGated) =
      switch gate {
      case .open: (UnsafePointer(g), false)
      case .value: (UnsafePointer(g), true)
      case .output(_, let slopes): (UnsafePointer(slopes), false)
      }
    threads.forEachTile(of: rows, tile: Self.rowsPerTile(channels: channels)) { rows in
      GradientSweep(
        map: map, isGated: isGated, shares: shares, input: x, gradient: slopes, output: target
      ).sweep(rows: rows, channels: channels)
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

/// Where a sweep finds the sign of what went into the activation.
private enum Gate {
  /// Nowhere: there is no activation.
  case open
  /// It computes the value again.
  case value
  /// In the activated sum; the gradient that passes goes to the addend too, and is written down.
  case output(UnsafePointer<Float>, slopes: UnsafeMutablePointer<Float>)
}

/// For each channel the sum of gradients before the activation, then of those times the distance of
/// the input from its mean.
private struct SlopeSweep: ChannelSweep {
  let map: AffineMap
  let gate: Gate
  let input: UnsafePointer<Float>
  let gradient: UnsafePointer<Float>
  let sums: UnsafeMutablePointer<Double>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>) {
    let leak = V(repeating: map.leak)
    switch gate {
    case .open:
      add(lanes, channel, rows) { gradient, _, _ in gradient }
    case .value:
      let (factor, shift) = (V(at: map.factor + channel), V(at: map.shift + channel))
      add(lanes, channel, rows) { gradient, distance, _ in
        gradient.leaking(leak, where: distance * factor + shift)
      }
    case .output(let output, let slopes):
      add(lanes, channel, rows) { gradient, _, offset in
        let slope = gradient.leaking(leak, where: V(at: output + offset))
        slope.store(to: slopes + offset)
        return slope
      }
    }
  }

  @inline(__always)
  private func add<V: Lanes>(
    _ lanes: V.Type, _ channel: Int, _ rows: Range<Int>, _ slope: (V, V, Int) -> V
  ) {
    let (input, gradient, pitch) = (input, gradient, map.channels)
    let mean = V(at: map.mean + channel)
    var (sum, projection) = (V(repeating: 0), V(repeating: 0))
    for row in rows {
      let offset = row &* pitch &+ channel
      let distance = V(at: input + offset) - mean
      let slope = slope(V(at: gradient + offset), distance, offset)
      sum = sum + slope
      projection = projection + slope * distance
    }
    sum.wide.add(to: sums + channel)
    projection.wide.add(to: sums + (map.channels + channel))
  }
}

/// `factor · slope - share - distance · share` on every row.
private struct GradientSweep: ChannelSweep {
  let map: AffineMap
  let isGated: Bool
  let shares: UnsafePointer<Float>
  let input: UnsafePointer<Float>
  let gradient: UnsafePointer<Float>
  let output: UnsafeMutablePointer<Float>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>) {
    guard isGated else { return write(lanes, channel, rows) { gradient, _ in gradient } }
    let (factor, shift) = (V(at: map.factor + channel), V(at: map.shift + channel))
    let leak = V(repeating: map.leak)
    write(lanes, channel, rows) { gradient, distance in
      gradient.leaking(leak, where: distance * factor + shift)
    }
  }

  @inline(__always)
  private func write<V: Lanes>(
    _ lanes: V.Type, _ channel: Int, _ rows: Range<Int>, _ slope: (V, V) -> V
  ) {
    let (input, gradient, output) = (input + channel, gradient + channel, output + channel)
    let (pitch, mean) = (map.channels, V(at: map.mean + channel))
    let factor = V(at: map.factor + channel)
    let share = V(at: shares + channel)
    let tilt = V(at: shares + (map.channels + channel))
    for row in rows {
      let offset = row &* pitch
      let distance = V(at: input + offset) - mean
      let slope = slope(V(at: gradient + offset), distance)
      (factor * slope - share - distance * tilt).store(to: output + offset)
    }
  }
}
