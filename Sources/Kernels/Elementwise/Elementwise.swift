import Tensors

extension Compute {
  /// The sum of two tensors of one shape.
  public func add(_ left: Tensor, _ right: Tensor) -> Tensor {
    precondition(
      left.rows == right.rows && left.channels == right.channels, "only equal shapes are added")
    let sum = arena.tensor(rows: left.rows, channels: left.channels)
    let sweep = SumSweep(left: left.values, right: right.values, sum: sum.values)
    threads.forEachTile(of: sum.count, tile: Self.floatsPerTile) { sweep.sweep($0) }
    return sum
  }

  /// Leaky ReLU: `x` where it is positive, `leak · x` elsewhere.
  public func leakyReLU(_ input: Tensor, leak: Float) -> Tensor {
    gated(input, by: input, leak: leak)
  }

  /// The backward pass of `leakyReLU`; `output` is what it returned.
  public func leakyReLUBackward(output: Tensor, outputGradient: Tensor, leak: Float) -> Tensor {
    gated(outputGradient, by: output, leak: leak)
  }

  private func gated(_ input: Tensor, by sign: Tensor, leak: Float) -> Tensor {
    let output = arena.tensor(rows: input.rows, channels: input.channels)
    let sweep = GateSweep(
      input: input.values, sign: sign.values, leak: leak, output: output.values)
    threads.forEachTile(of: output.count, tile: Self.floatsPerTile) { sweep.sweep($0) }
    return output
  }

  /// Joins the channels of two tensors with the same rows: left first.
  public func join(_ left: Tensor, _ right: Tensor) -> Tensor {
    precondition(left.rows == right.rows, "joined tensors have the same rows")
    let channels = left.channels + right.channels
    let output = arena.tensor(rows: left.rows, channels: channels)
    let first = CopySweep(from: left.values, pitch: left.channels, to: output.values, channels)
    let second = CopySweep(
      from: right.values, pitch: right.channels, to: output.values + left.channels, channels)
    threads.forEachTile(of: output.rows, tile: Self.rowsPerTile(channels: channels)) { rows in
      first.sweep(rows: rows, channels: left.channels)
      second.sweep(rows: rows, channels: right.channels)
    }
    return output
  }

  /// A range of channels as a tensor of its own: the backward pass of `join`.
  public func slice(_ input: Tensor, channels range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= input.channels, "channels exist")
    let output = arena.tensor(rows: input.rows, channels: range.count)
    let copy = CopySweep(
      from: input.values + range.lowerBound, pitch: input.channels, to: output.values, range.count)
    threads.forEachTile(of: output.rows, tile: Self.rowsPerTile(channels: range.count)) { rows in
      copy.sweep(rows: rows, channels: range.count)
    }
    return output
  }
}

/// `left + right`, value by value.
private struct SumSweep: ValueSweep {
  let left: UnsafePointer<Float>
  let right: UnsafePointer<Float>
  let sum: UnsafeMutablePointer<Float>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, at index: Int) {
    (V(at: left + index) + V(at: right + index)).store(to: sum + index)
  }
}

/// `input` where `sign` is positive, `leak · input` elsewhere.
private struct GateSweep: ValueSweep {
  let input: UnsafePointer<Float>
  let sign: UnsafePointer<Float>
  let leak: Float
  let output: UnsafeMutablePointer<Float>

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, at index: Int) {
    V(at: input + index).leaking(V(repeating: leak), where: V(at: sign + index))
      .store(to: output + index)
  }
}

/// Copies channels between rows of different lengths.
private struct CopySweep: ChannelSweep {
  let source: UnsafePointer<Float>
  let sourcePitch: Int
  let target: UnsafeMutablePointer<Float>
  let targetPitch: Int

  init(
    from source: UnsafePointer<Float>, pitch: Int, to target: UnsafeMutablePointer<Float>,
    _ targetPitch: Int
  ) {
    self.source = source
    sourcePitch = pitch
    self.target = target
    self.targetPitch = targetPitch
  }

  @inline(__always)
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>) {
    let (source, target) = (source + channel, target + channel)
    let (sourcePitch, targetPitch) = (sourcePitch, targetPitch)
    for row in rows {
      V(at: source + row &* sourcePitch).store(to: target + row &* targetPitch)
    }
  }
}
