/// Gradients of an operator beside the values and the output's gradient they belong to.
///
/// The oracle's loss is `Σ output gradient · output`; its central differences are the truth.
public struct GradientCheck {
  /// The values of each operand, row by row.
  public let operands: [[Double]]
  /// The gradient that is judged of each operand, row by row.
  public let gradients: [[Double]]
  /// The gradient of the output.
  public let outputGradient: [[Double]]
  /// The oracle's output for values of all operands.
  public let reference: ([[Double]]) -> [[Double]]

  /// Gradients of the operands, and the oracle of the operator.
  public init(
    operands: [[Double]], gradients: [[Double]], outputGradient: [[Double]],
    reference: @escaping ([[Double]]) -> [[Double]]
  ) {
    self.operands = operands
    self.gradients = gradients
    self.outputGradient = outputGradient
    self.reference = reference
  }

  /// The oracle's gradient of an operand, in all components unless some are chosen.
  public func slopes(of operand: Int, components: [Int]? = nil) -> [Double] {
    centralDifference(
      of: { values in
        var moved = operands
        moved[operand] = values
        return zip(outputGradient.joined(), reference(moved).joined()).reduce(0) {
          $0 + $1.0 * $1.1
        }
      }, at: operands[operand], components: components ?? Array(operands[operand].indices))
  }

  /// The error of each operand's gradient, on at most so many components spread over it.
  public func errors(components most: Int = .max) -> [Double] {
    operands.indices.map { operand in
      let (values, gradient) = (operands[operand], gradients[operand])
      guard gradient.count == values.count else { return .infinity }
      let chosen = Array(stride(from: 0, to: values.count, by: max(1, values.count / most)))
      return compare(
        chosen.map { gradient[$0] }, with: slopes(of: operand, components: chosen)
      ).scaledError
    }
  }

  /// The largest error of all gradients.
  public func worstError(components most: Int = .max) -> Double {
    errors(components: most).max() ?? 0
  }

  /// The errors of an operand's gradient after each of its components was made wrong in turn.
  public func errorsWhenWrong(operand: Int) -> [Double] {
    let expected = slopes(of: operand)
    return expected.indices.map { component in
      var wrong = gradients[operand]
      wrong[component] = 1.01 * wrong[component] + 1e-3
      return compare(wrong, with: expected).scaledError
    }
  }
}

/// Rows of so many channels.
public func shaped(_ values: [Double], channels: Int) -> [[Double]] {
  stride(from: 0, to: values.count, by: channels).map { Array(values[$0..<$0 + channels]) }
}
