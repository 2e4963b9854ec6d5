import Tensors

@testable import Kernels

/// The nearest number with eight significant bits, by its definition; ties go to the even one.
func nearestBFloat16(_ value: Float) -> Float {
  guard value != 0, value.isFinite else { return value }
  let unit = Float(sign: .plus, exponent: value.exponent - 7, significand: 1)
  return (value / unit).rounded(.toNearestOrEven) * unit
}

extension Tensor {
  /// The values as a convolution of a precision multiplies them.
  func operands(_ precision: Precision) -> [Double] {
    array.map { Double(precision == .bfloat16 ? nearestBFloat16($0) : $0) }
  }
}

extension Precision {
  /// What convolutions can be computed in here.
  static var available: [Precision] {
    InstructionSet.current.multipliesBFloat16 ? allCases : [.float32]
  }
}

/// A convolution and its weight gradient by their definitions.
struct ConvolutionOracle {
  let rules: LentRules
  let inputs: Int
  let outputs: Int

  var offsets: Int { rules.rulebook.geometry.volume }

  /// `[target rows, outputs]`.
  func forward(
    _ input: [Double], weight: [Double], bias: [Double], isTransposed: Bool
  ) -> [Double] {
    var expected = (0..<rules.targetRows).flatMap { _ in bias }
    for (offset, pairs) in rules.pairs.enumerated() {
      let matrix = offset * inputs * outputs
      for pair in pairs {
        for channel in 0..<inputs {
          let value = input[pair.input * inputs + channel]
          for output in 0..<outputs {
            let place =
              isTransposed ? output * inputs + channel : channel * outputs + output
            expected[pair.output * outputs + output] += value * weight[matrix + place]
          }
        }
      }
    }
    return expected
  }

  /// `[offsets × inputs, outputs]`, on top of what was there.
  func weightGradient(
    _ input: [Double], _ outputGradient: [Double], before: [Double]
  ) -> [Double] {
    var expected = before
    for (offset, pairs) in rules.pairs.enumerated() {
      for pair in pairs {
        for channel in 0..<inputs {
          let value = input[pair.input * inputs + channel]
          let row = (offset * inputs + channel) * outputs
          for output in 0..<outputs {
            expected[row + output] += value * outputGradient[pair.output * outputs + output]
          }
        }
      }
    }
    return expected
  }
}
