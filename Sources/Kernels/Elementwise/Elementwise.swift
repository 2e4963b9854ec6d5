import Tensors

extension Compute {
  private static let valuesPerTile = 1 << 16

  /// The sum of two tensors of one shape.
  public func add(_ left: Tensor, _ right: Tensor) -> Tensor {
    precondition(
      left.rows == right.rows && left.channels == right.channels, "only equal shapes are added")
    let sum = arena.tensor(rows: left.rows, channels: left.channels)
    threads.forEachTile(of: sum.count, tile: Self.valuesPerTile) { range in
      for index in range { sum.values[index] = left.values[index] + right.values[index] }
    }
    return sum
  }

  /// Leaky ReLU: `x` where it is positive, `leak · x` elsewhere.
  public func leakyReLU(_ input: Tensor, leak: Float) -> Tensor {
    let output = arena.tensor(rows: input.rows, channels: input.channels)
    threads.forEachTile(of: input.count, tile: Self.valuesPerTile) { range in
      for index in range {
        let value = input.values[index]
        output.values[index] = value > 0 ? value : value * leak
      }
    }
    return output
  }

  /// The backward pass of `leakyReLU`; `output` is what it returned.
  public func leakyReLUBackward(output: Tensor, outputGradient: Tensor, leak: Float) -> Tensor {
    let gradient = arena.tensor(rows: output.rows, channels: output.channels)
    threads.forEachTile(of: output.count, tile: Self.valuesPerTile) { range in
      for index in range {
        let slope = outputGradient.values[index]
        gradient.values[index] = output.values[index] > 0 ? slope : slope * leak
      }
    }
    return gradient
  }

  /// Joins the channels of two tensors with the same rows: left first.
  public func join(_ left: Tensor, _ right: Tensor) -> Tensor {
    precondition(left.rows == right.rows, "joined tensors have the same rows")
    let output = arena.tensor(rows: left.rows, channels: left.channels + right.channels)
    threads.forEachTile(of: output.rows, tile: 4096) { rows in
      for row in rows {
        let target = output.values + row * output.channels
        target.update(from: left.values + row * left.channels, count: left.channels)
        (target + left.channels).update(
          from: right.values + row * right.channels, count: right.channels)
      }
    }
    return output
  }

  /// A range of channels as a tensor of its own: the backward pass of `join`.
  public func slice(_ input: Tensor, channels range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= input.channels, "channels exist")
    let output = arena.tensor(rows: input.rows, channels: range.count)
    threads.forEachTile(of: output.rows, tile: 4096) { rows in
      for row in rows {
        (output.values + row * range.count).update(
          from: input.values + row * input.channels + range.lowerBound, count: range.count)
      }
    }
    return output
  }
}
