import KernelOperands
import Tensors

extension Compute {
  /// The sum of two tensors of one shape.
  public func add(_ left: Tensor, _ right: Tensor) -> Tensor {
    precondition(
      left.rows == right.rows && left.channels == right.channels, "only equal shapes are added")
    let sum = arena.tensor(rows: left.rows, channels: left.channels)
    let (first, second, result) = (left.values, right.values, sum.values)
    let instructions = InstructionSet.current
    threads.forEachTile(of: sum.count, tile: Self.floatsPerTile) { range in
      let start = range.lowerBound
      instructions.add(
        ValueSums(
          count: range.count, left: first + start, right: second + start, sum: result + start))
    }
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
    let (source, decisive, target) = (input.values, sign.values, output.values)
    let instructions = InstructionSet.current
    threads.forEachTile(of: output.count, tile: Self.floatsPerTile) { range in
      let start = range.lowerBound
      instructions.gate(
        GatedValues(
          count: range.count, input: source + start, sign: decisive + start, leak: leak,
          output: target + start))
    }
    return output
  }

  /// Joins the channels of two tensors with the same rows: left first.
  public func join(_ left: Tensor, _ right: Tensor) -> Tensor {
    precondition(left.rows == right.rows, "joined tensors have the same rows")
    let output = arena.tensor(rows: left.rows, channels: left.channels + right.channels)
    copy(left, to: output, channels: left.channels)
    copy(right, to: output, at: left.channels, channels: right.channels)
    return output
  }

  /// A range of channels as a tensor of its own: the backward pass of `join`.
  public func slice(_ input: Tensor, channels range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= input.channels, "channels exist")
    let output = arena.tensor(rows: input.rows, channels: range.count)
    copy(input, from: range.lowerBound, to: output, channels: range.count)
    return output
  }

  /// Copies neighbouring channels of every row.
  private func copy(
    _ input: Tensor, from source: Int = 0, to output: Tensor, at target: Int = 0, channels: Int
  ) {
    let (from, into) = (input.values + source, output.values + target)
    let (sourcePitch, targetPitch) = (input.channels, output.channels)
    let instructions = InstructionSet.current
    threads.forEachTile(of: output.rows, tile: Self.rowsPerTile(channels: channels)) { rows in
      instructions.copy(
        CopiedChannels(
          rows: rows.count, channels: channels, source: from + rows.lowerBound * sourcePitch,
          sourcePitch: sourcePitch, target: into + rows.lowerBound * targetPitch,
          targetPitch: targetPitch))
    }
  }
}
