import KernelOperands
import Tensors

/// What becomes of a convolution's rows when their sums are complete: other rows are added, and a leaky
/// ReLU applied, while they are still in the cache.
public struct ConvolutionEnding {
  /// `[output rows, output channels]`, added before the activation, if anything.
  public let addend: Tensor?
  /// Slope for negative values: 0 is ReLU, 1 no activation.
  public let leak: Float

  /// An ending with its slope.
  public init(adding addend: Tensor? = nil, leak: Float) {
    self.addend = addend
    self.leak = leak
  }

  /// Finishes some columns of some rows.
  func finish(_ output: Tensor, rows: Range<Int>, columns: Range<Int>) {
    let channels = output.channels
    if columns.count == channels {
      finish(output, from: rows.lowerBound * channels, count: rows.count * channels)
    } else {
      for row in rows {
        finish(output, from: row * channels + columns.lowerBound, count: columns.count)
      }
    }
  }

  /// Finishes values that lie one after the other.
  private func finish(_ output: Tensor, from first: Int, count: Int) {
    let values = output.values + first
    let instructions = InstructionSet.current
    if let addend {
      instructions.add(
        ValueSums(count: count, left: values, right: addend.values + first, sum: values))
    }
    guard leak != 1 else { return }
    instructions.gate(
      GatedValues(count: count, input: values, sign: values, leak: leak, output: values))
  }
}
