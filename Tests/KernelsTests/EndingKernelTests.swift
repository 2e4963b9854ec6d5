import Kernels
import Tensors
import Testing

/// Proves that a convolution with an ending is the convolution, a sum and an activation.
@Suite("Convolutions with an ending")
struct EndingKernelTests {
  /// Gathered, fused in blocks, and fused in strips of many columns.
  static let channels = [(3, 5), (8, 16), (64, 256)]

  @Test("have the bits of what they stand for", arguments: RuleCase.allCases, channels)
  func agreement(_ ruleCase: RuleCase, channels: (input: Int, output: Int)) throws {
    guard channels.output < 256 || ruleCase != .manyPairs else { return }
    let rules = try ruleCase.rules()
    let input = randomTensor(rules.sourceRows, channels.input, seed: 1)
    let weight = randomTensor(
      rules.rulebook.geometry.volume * channels.input, channels.output, seed: 2)
    let bias = randomTensor(1, channels.output, seed: 3)
    let addend = randomTensor(rules.targetRows, channels.output, seed: 4)
    let (values, areSame) = onAllThreadCounts { compute in
      rules.with { rules in
        let plain = compute.convolve(input, weight: weight, bias: bias, rules: rules)
        func ended(_ ending: ConvolutionEnding) -> [Float] {
          compute.convolve(input, weight: weight, bias: bias, rules: rules, ending: ending).array
        }
        return [
          ended(ConvolutionEnding(leak: 0.1)), compute.leakyReLU(plain, leak: 0.1).array,
          ended(ConvolutionEnding(adding: addend, leak: 0)),
          compute.leakyReLU(compute.add(plain, addend), leak: 0).array,
          ended(ConvolutionEnding(adding: addend, leak: 1)), compute.add(plain, addend).array,
          ended(ConvolutionEnding(leak: 1)), plain.array,
        ]
      }
    }
    #expect(areSame)
    for index in stride(from: 0, to: values.count, by: 2) {
      #expect(values[index] == values[index + 1])
    }
  }

  @Test("and linear maps with one")
  func linear() {
    let (input, weight) = (randomTensor(700, 6, seed: 1), randomTensor(6, 8, seed: 2))
    let compute = Compute(threads: Threads(count: 2))
    let plain = compute.linear(input, weight: weight, bias: nil)
    let ended = compute.linear(
      input, weight: weight, bias: nil, ending: ConvolutionEnding(leak: 0.2))
    #expect(ended.array == compute.leakyReLU(plain, leak: 0.2).array)
  }
}
