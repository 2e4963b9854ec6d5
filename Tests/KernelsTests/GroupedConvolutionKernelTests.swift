import Kernels
import Reference
import Tensors
import Testing

/// Proves convolution of grouped channels against the block-diagonal weights it abbreviates.
@Suite("Grouped convolution kernels")
struct GroupedConvolutionKernelTests {
  /// Channels and groups; the last two are depthwise.
  struct Channels: Sendable {
    let input: Int
    let output: Int
    let groups: Int
  }

  static let channels = [
    Channels(input: 4, output: 6, groups: 2), Channels(input: 3, output: 9, groups: 3),
    Channels(input: 5, output: 5, groups: 5), Channels(input: 17, output: 17, groups: 17),
  ]

  @Test(
    "forward and input gradient", arguments: [RuleCase.empty, .single, .submanifold, .inverse],
    channels)
  func forward(_ ruleCase: RuleCase, channels: Channels) throws {
    let rules = try ruleCase.rules()
    let offsets = rules.rulebook.geometry.volume
    let weight = randomTensor(
      offsets * channels.input, channels.output / channels.groups, seed: 1)
    let diagonal = blockDiagonalWeights(
      weight.doubles, offsets: offsets, groups: channels.groups, inputChannels: channels.input,
      outputChannels: channels.output)
    let bias = randomTensor(1, channels.output, seed: 2)
    let input = randomTensor(rules.sourceRows, channels.input, seed: 3)
    let gradient = randomTensor(rules.targetRows, channels.output, seed: 4)
    let (values, areSame) = onAllThreadCounts { compute in
      [
        rules.with {
          compute.convolve(
            input, weight: weight, bias: bias, rules: $0, groups: channels.groups)
        },
        rules.reversed.with {
          compute.convolve(
            gradient, weight: weight, bias: nil, rules: $0, transposingWeight: true,
            groups: channels.groups)
        },
      ].map(\.array)
    }
    #expect(areSame)
    let output = applyRulebook(
      doubleRows(input), rulebook: rules.pairs, outputRows: rules.targetRows, weights: diagonal,
      bias: bias.doubles)
    let transposed = diagonal.map { matrix in
      (0..<channels.output).map { column in matrix.map { $0[column] } }
    }
    let inputGradient = applyRulebook(
      doubleRows(gradient), rulebook: rules.reversed.pairs, outputRows: rules.sourceRows,
      weights: transposed)
    for (value, expected) in zip(values, [output, inputGradient]) {
      let difference = compare(value.map(Double.init), with: Array(expected.joined()))
      #expect(difference.scaledError < 2e-6, "\(difference)")
    }
  }

  @Test(
    "weight gradient", arguments: [RuleCase.empty, .single, .submanifold, .manyPairs], channels)
  func weightGradient(_ ruleCase: RuleCase, channels: Channels) throws {
    let rules = try ruleCase.rules()
    let offsets = rules.rulebook.geometry.volume
    let (inputs, outputs) = (
      channels.input / channels.groups, channels.output / channels.groups
    )
    let input = randomTensor(rules.sourceRows, channels.input, seed: 5)
    let gradient = randomTensor(rules.targetRows, channels.output, seed: 6)
    let (values, areSame) = onAllThreadCounts { compute in
      let sum = Tensor(rows: offsets * channels.input, channels: outputs)
      rules.with {
        compute.accumulateWeightGradient(
          input: input, outputGradient: gradient, rules: $0, into: sum, groups: channels.groups)
      }
      return [sum.array]
    }
    #expect(areSame)
    var expected = [Double](repeating: 0, count: offsets * channels.input * outputs)
    for (offset, pairs) in rules.pairs.enumerated() {
      for pair in pairs {
        for channel in 0..<channels.input {
          let group = channel / inputs
          for output in 0..<outputs {
            expected[(offset * channels.input + channel) * outputs + output] +=
              Double(input[pair.input, channel])
              * Double(gradient[pair.output, group * outputs + output])
          }
        }
      }
    }
    let difference = compare(values[0].map(Double.init), with: expected)
    #expect(difference.scaledError < 5e-6, "\(difference)")
  }

  private func doubleRows(_ tensor: Tensor) -> [[Double]] {
    (0..<tensor.rows).map { row in (0..<tensor.channels).map { Double(tensor[row, $0]) } }
  }
}
