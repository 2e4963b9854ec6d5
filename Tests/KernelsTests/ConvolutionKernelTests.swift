import Kernels
import Reference
import Tensors
import Testing

/// Proves convolution and its weight gradient against plain loops in double precision.
@Suite("Convolution kernels")
struct ConvolutionKernelTests {
  static let channels = [
    (1, 3), (3, 1), (8, 17), (17, 8), (32, 32), (1, 8), (7, 24), (40, 16), (16, 48), (9, 120),
  ]

  @Test("forward, plain and with transposed weights", arguments: RuleCase.allCases, channels)
  func forward(_ ruleCase: RuleCase, channels: (input: Int, output: Int)) throws {
    let rules = try ruleCase.rules()
    let (inputs, outputs) = channels
    let offsets = rules.rulebook.geometry.volume
    let input = randomTensor(rules.sourceRows, inputs, seed: 1)
    let bias = randomTensor(1, outputs, seed: 2)
    for isTransposed in [false, true] {
      let weight =
        isTransposed
        ? randomTensor(offsets * outputs, inputs, seed: 3)
        : randomTensor(offsets * inputs, outputs, seed: 3)
      let (values, areSame) = onAllThreadCounts { compute in
        rules.with { rules in
          ConvolutionAlgorithm.allCases.flatMap { algorithm in
            var compute = compute
            compute.convolution = algorithm
            return [
              compute.convolve(
                input, weight: weight, bias: bias, rules: rules, transposingWeight: isTransposed),
              compute.convolve(
                input, weight: weight, bias: nil, rules: rules, transposingWeight: isTransposed),
            ].map(\.array)
          }
        }
      }
      #expect(areSame)
      for (number, bias) in [bias.doubles, [Double](repeating: 0, count: outputs)].enumerated() {
        var expected = (0..<rules.targetRows).flatMap { _ in bias }
        for (offset, pairs) in rules.pairs.enumerated() {
          for pair in pairs {
            for output in 0..<outputs {
              for channel in 0..<inputs {
                let factor =
                  isTransposed
                  ? weight[offset * outputs + output, channel]
                  : weight[offset * inputs + channel, output]
                expected[pair.output * outputs + output] +=
                  Double(input[pair.input, channel]) * Double(factor)
              }
            }
          }
        }
        for index in stride(from: number, to: values.count, by: 2) {
          let difference = compare(values[index].map(Double.init), with: expected)
          #expect(difference.scaledError < 2e-6, "\(difference)")
        }
      }
    }
  }

  @Test("the weight gradient adds to what is there", arguments: RuleCase.allCases, channels)
  func weightGradient(_ ruleCase: RuleCase, channels: (input: Int, output: Int)) throws {
    let rules = try ruleCase.rules()
    let (inputs, outputs) = channels
    let offsets = rules.rulebook.geometry.volume
    let input = randomTensor(rules.sourceRows, inputs, seed: 4)
    let gradient = randomTensor(rules.targetRows, outputs, seed: 5)
    let before = randomTensor(offsets * inputs, outputs, seed: 6)
    let (values, areSame) = onAllThreadCounts { compute in
      ConvolutionAlgorithm.allCases.map { algorithm in
        var compute = compute
        compute.convolution = algorithm
        let sum = Tensor(rows: before.rows, channels: outputs, before.array)
        rules.with {
          compute.accumulateWeightGradient(
            input: input, outputGradient: gradient, rules: $0, into: sum)
        }
        return sum.array
      }
    }
    #expect(areSame)
    var expected = before.doubles
    for (offset, pairs) in rules.pairs.enumerated() {
      for pair in pairs {
        for channel in 0..<inputs {
          for output in 0..<outputs {
            expected[(offset * inputs + channel) * outputs + output] +=
              Double(input[pair.input, channel]) * Double(gradient[pair.output, output])
          }
        }
      }
    }
    for values in values {
      let difference = compare(values.map(Double.init), with: expected)
      #expect(difference.scaledError < 5e-6, "\(difference)")
    }
  }

  @Test("what can be fused is fused, unless told otherwise")
  func choice() {
    var compute = Compute()
    #expect(compute.algorithm(outputChannels: 16) == .fused)
    #expect(compute.algorithm(outputChannels: 12) == .gatherGEMMScatter)
    #expect(compute.algorithm(outputChannels: 16, groups: 2) == .gatherGEMMScatter)
    compute.convolution = .gatherGEMMScatter
    #expect(compute.algorithm(outputChannels: 16) == .gatherGEMMScatter)
  }

  @Test(
    "sums of columns add to what is there", arguments: [0, 1, 1023, 1024, 1025, 5000], [1, 17])
  func columnSums(rows: Int, channels: Int) {
    let tensor = randomTensor(rows, channels, seed: 7)
    let before = randomTensor(1, channels, seed: 8)
    let (values, areSame) = onAllThreadCounts { compute in
      let sum = Tensor(rows: 1, channels: channels, before.array)
      compute.accumulateColumnSums(of: tensor, into: sum)
      return [sum.array]
    }
    #expect(areSame)
    let expected = (0..<channels).map { channel in
      (0..<rows).reduce(Double(before[0, channel])) { $0 + Double(tensor[$1, channel]) }
    }
    #expect(compare(values[0].map(Double.init), with: expected).scaledError < 1e-6)
  }
}
