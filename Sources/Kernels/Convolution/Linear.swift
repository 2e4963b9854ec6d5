import Tensors

extension Compute {
  private static let rowsPerProduct = 512
  private static let rowsPerPartial = 4096

  /// `output = input · weight + bias` on every row: a convolution of filter size one.
  ///
  /// - Parameters:
  ///   - input: `[rows, input channels]`.
  ///   - weight: `[input channels, output channels]`, or its transpose when `transposingWeight`.
  ///   - bias: `[1, output channels]`, or nothing.
  /// - Returns: `[rows, output channels]`.
  public func linear(
    _ input: Tensor, weight: Tensor, bias: Tensor?, transposingWeight: Bool = false
  ) -> Tensor {
    MatrixProduct.prepare()
    let outputChannels = transposingWeight ? weight.rows : weight.channels
    precondition(weight.count == input.channels * outputChannels, "weight fits the channels")
    let output = arena.tensor(rows: input.rows, channels: outputChannels)
    let matrix = weight.matrix(
      offset: 0, inputChannels: input.channels, outputChannels: outputChannels,
      isTransposed: transposingWeight)
    threads.forEachTile(of: input.rows, tile: Self.rowsPerProduct) { rows in
      let result = output.values + rows.lowerBound * outputChannels
      if let bias {
        for row in 0..<rows.count {
          (result + row * outputChannels).update(from: bias.values, count: outputChannels)
        }
      }
      MatrixProduct.multiply(
        input.matrix(rows: rows), matrix, into: result, accumulating: bias != nil)
    }
    return output
  }

  /// `gradient += inputᵀ · outputGradient`, summed over fixed pieces in fixed order.
  ///
  /// - Parameter gradient: `[input channels, output channels]`, added to.
  public func accumulateLinearWeightGradient(
    input: Tensor, outputGradient: Tensor, into gradient: Tensor
  ) {
    MatrixProduct.prepare()
    let pieces = (input.rows + Self.rowsPerPartial - 1) / Self.rowsPerPartial
    arena.reclaimingScratch {
      let partials = arena.scratch(Float.self, count: pieces * gradient.count)
      threads.run(pieces) { piece, _ in
        let first = piece * Self.rowsPerPartial
        let rows = first..<min(input.rows, first + Self.rowsPerPartial)
        MatrixProduct.multiply(
          input.matrix(rows: rows).transposed, outputGradient.matrix(rows: rows),
          into: partials + piece * gradient.count, accumulating: false)
      }
      for piece in 0..<pieces {
        let partial = partials + piece * gradient.count
        for element in 0..<gradient.count { gradient.values[element] += partial[element] }
      }
    }
  }
}

extension Tensor {
  /// A range of rows as an operand of a matrix product.
  func matrix(rows: Range<Int>) -> Matrix {
    Matrix(values + rows.lowerBound * channels, rows: rows.count, columns: channels)
  }
}
