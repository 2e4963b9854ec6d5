import Reference

/// Gradients of an operator beside the values and the output's gradient they belong to.
///
/// The oracle's loss is `Σ output gradient · output`; its central differences are the truth.
struct GradientCheck {
  /// The values of each operand, row by row.
  let operands: [[Double]]
  /// The gradient that production found for each operand, row by row.
  let gradients: [[Double]]
  let outputGradient: [[Double]]
  /// The oracle's output for values of all operands.
  let reference: ([[Double]]) -> [[Double]]

  /// The oracle's gradient of an operand, in all components unless some are chosen.
  func slopes(of operand: Int, components: [Int]? = nil) -> [Double] {
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
  func errors(components most: Int = .max) -> [Double] {
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
  func worstError(components most: Int = .max) -> Double {
    errors(components: most).max() ?? 0
  }

  /// The errors of an operand's gradient after each of its components was made wrong in turn.
  func errorsWhenWrong(operand: Int) -> [Double] {
    let expected = slopes(of: operand)
    return expected.indices.map { component in
      var wrong = gradients[operand]
      wrong[component] = 1.01 * wrong[component] + 1e-3
      return compare(wrong, with: expected).scaledError
    }
  }
}

/// Rows of so many channels.
func shaped(_ values: [Double], channels: Int) -> [[Double]] {
  stride(from: 0, to: values.count, by: channels).map { Array(values[$0..<$0 + channels]) }
}
