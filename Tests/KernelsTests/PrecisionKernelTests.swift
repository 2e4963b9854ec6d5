import Kernels
import Reference
import Tensors
import Testing

/// Proves convolutions in both precisions, narrow ones and ones cut into strips, against plain loops
/// in double precision over operands that are rounded first.
@Suite("Convolution kernels in each precision")
struct PrecisionKernelTests {
  static let channels = [(1, 8), (3, 16), (7, 24), (17, 8), (32, 32), (40, 16), (64, 72), (9, 120)]
  /// Wide enough for weights to outweigh rows.
  static let wideCases = [RuleCase.empty, .single, .strided]

  private func compute(_ threads: Int, _ precision: Precision) -> Compute {
    Compute(
      threads: Threads(count: threads), arena: Arena(chunkBytes: 1 << 16), precision: precision)
  }

  /// Calls `body` with 1, 2 and 8 threads, and expects the same bits of all.
  private func sameOnAllThreads(
    _ precision: Precision, _ body: (Compute) -> [Float]
  ) -> [Double] {
    let results = [1, 2, 8].map { body(compute($0, precision)) }
    for result in results {
      #expect(result.map(\.bitPattern) == results[0].map(\.bitPattern))
    }
    return results[0].map(Double.init)
  }

  private func checkForward(
    _ oracle: ConvolutionOracle, _ precision: Precision, isTransposed: Bool, hasBias: Bool
  ) {
    let (rules, inputs, outputs) = (oracle.rules, oracle.inputs, oracle.outputs)
    let input = randomTensor(rules.sourceRows, inputs, seed: 1)
    let weight =
      isTransposed
      ? randomTensor(oracle.offsets * outputs, inputs, seed: 2)
      : randomTensor(oracle.offsets * inputs, outputs, seed: 2)
    let bias = hasBias ? randomTensor(1, outputs, seed: 3) : nil
    let values = sameOnAllThreads(precision) { compute in
      rules.with {
        compute.convolve(
          input, weight: weight, bias: bias, rules: $0, transposingWeight: isTransposed
        ).array
      }
    }
    let expected = oracle.forward(
      input.operands(precision), weight: weight.operands(precision),
      bias: bias?.doubles ?? [Double](repeating: 0, count: outputs), isTransposed: isTransposed)
    let difference = compare(values, with: expected)
    // Some thousand products are added up in single precision where channels are many.
    #expect(difference.scaledError < 5e-6, "\(precision): \(difference)")
  }

  private func checkWeightGradient(_ oracle: ConvolutionOracle, _ precision: Precision) {
    let (rules, inputs, outputs) = (oracle.rules, oracle.inputs, oracle.outputs)
    let input = randomTensor(rules.sourceRows, inputs, seed: 4)
    let gradient = randomTensor(rules.targetRows, outputs, seed: 5)
    let before = randomTensor(oracle.offsets * inputs, outputs, seed: 6)
    let values = sameOnAllThreads(precision) { compute in
      let sum = before.copied()
      rules.with {
        compute.accumulateWeightGradient(
          input: input, outputGradient: gradient, rules: $0, into: sum)
      }
      return sum.array
    }
    let expected = oracle.weightGradient(
      input.operands(precision), gradient.operands(precision), before: before.doubles)
    let difference = compare(values, with: expected)
    #expect(difference.scaledError < 5e-6, "\(precision): \(difference)")
  }

  @Test("narrow ones", arguments: RuleCase.allCases, channels)
  func narrow(_ ruleCase: RuleCase, channels: (input: Int, output: Int)) throws {
    let oracle = ConvolutionOracle(
      rules: try ruleCase.rules(), inputs: channels.input, outputs: channels.output)
    for precision in Precision.available {
      for isTransposed in [false, true] {
        checkForward(oracle, precision, isTransposed: isTransposed, hasBias: isTransposed)
      }
      checkWeightGradient(oracle, precision)
    }
  }

  @Test("wide ones, an odd channel among them", arguments: wideCases, [(272, 264), (259, 264)])
  func wide(_ ruleCase: RuleCase, channels: (input: Int, output: Int)) throws {
    let oracle = ConvolutionOracle(
      rules: try ruleCase.rules(), inputs: channels.0, outputs: channels.1)
    for precision in Precision.available {
      for isTransposed in [false, true] {
        checkForward(oracle, precision, isTransposed: isTransposed, hasBias: !isTransposed)
      }
      checkWeightGradient(oracle, precision)
    }
  }

  @Test("linear maps", arguments: [0, 1, 511, 1025], [(1, 8), (16, 16), (33, 40)])
  func linear(rows: Int, channels: (input: Int, output: Int)) {
    let (inputs, outputs) = channels
    let input = randomTensor(rows, inputs, seed: 7)
    let weight = randomTensor(inputs, outputs, seed: 8)
    for precision in Precision.available {
      let (left, right) = (input.operands(precision), weight.operands(precision))
      let values = sameOnAllThreads(precision) {
        $0.linear(input, weight: weight, bias: nil).array
      }
      let expected = (0..<rows * outputs).map { index in
        (0..<inputs).reduce(0) {
          $0 + left[index / outputs * inputs + $1] * right[$1 * outputs + index % outputs]
        }
      }
      let difference = compare(values, with: expected)
      #expect(difference.scaledError < 2e-6, "\(precision): \(difference)")
    }
  }

  @Test("rows times a matrix too wide for the cache, strip by strip", arguments: [0, 1, 1025])
  func wideLinear(rows: Int) {
    let (inputs, outputs) = (544, 264)
    let input = randomTensor(rows, inputs, seed: 11)
    let weight = randomTensor(inputs, outputs, seed: 12)
    for precision in Precision.available {
      let left = input.array.map { Double(precision.rounded($0)) }
      let right = weight.array.map { Double(precision.rounded($0)) }
      let values = sameOnAllThreads(precision) {
        $0.linear(input, weight: weight, bias: nil).array
      }
      // A sample of the rows: all of them would take the plain loop seconds.
      for row in Set([0, 511, 512, rows - 1]) where (0..<rows).contains(row) {
        var expected = [Double](repeating: 0, count: outputs)
        for channel in 0..<inputs {
          for output in 0..<outputs {
            expected[output] += left[row * inputs + channel] * right[channel * outputs + output]
          }
        }
        let difference = compare(
          Array(values[row * outputs..<(row + 1) * outputs]), with: expected)
        #expect(difference.scaledError < 5e-6, "\(precision): \(difference)")
      }
    }
  }

  @Test(
    "what is not fused stays float32",
    .enabled(if: Precision.available.contains(.bfloat16), "the processor has no bfloat16"))
  func exceptions() throws {
    let rules = try RuleCase.submanifold.rules()
    let input = randomTensor(rules.sourceRows, 8, seed: 9)
    for (outputs, groups) in [(3, 1), (8, 2), (8, 8)] {
      let weight = randomTensor(9 * 8 / groups, outputs / groups * groups, seed: 10)
        .reshaped(rows: 9 * 8, channels: outputs / groups)
      let results = Precision.allCases.map { precision in
        rules.with {
          compute(2, precision).convolve(
            input, weight: weight, bias: nil, rules: $0, groups: groups
          ).array
        }
      }
      #expect(results[0] == results[1])
    }
  }
}
