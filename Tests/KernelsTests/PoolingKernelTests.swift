import Kernels
import Reference
import Tensors
import Testing

/// Proves pooling kernels against plain loops.
@Suite("Pooling kernels")
struct PoolingKernelTests {
  static let widths = [1, 3, 17, 32]

  @Test(
    "maxima and where their gradients go, ties to the lowest offset",
    arguments: RuleCase.allCases, widths)
  func maxima(_ ruleCase: RuleCase, channels: Int) throws {
    let rules = try ruleCase.rules()
    let input = randomTensor(rules.sourceRows, channels, seed: 1)
    // Few different values: many ties, and windows of negative values only.
    for index in 0..<input.count {
      input.values[index] = (input.values[index] * 3).rounded() - 2
    }
    let gradient = randomTensor(rules.targetRows, channels, seed: 2)
    let (values, areSame) = onAllThreadCounts { compute in
      let (output, winners) = rules.with { compute.maxPool(input, rules: $0) }
      let backward = rules.reversed.with {
        compute.maxPoolBackward(outputGradient: gradient, winners: winners, inverse: $0)
      }
      return [output.array, backward.array]
    }
    #expect(areSame)
    var largest = [Double](repeating: -.infinity, count: rules.targetRows * channels)
    var winners = [Int](repeating: -1, count: largest.count)
    for pair in rules.pairs.joined() {
      for channel in 0..<channels {
        let value = Double(input[pair.input, channel])
        if value > largest[pair.output * channels + channel] {
          largest[pair.output * channels + channel] = value
          winners[pair.output * channels + channel] = pair.input
        }
      }
    }
    var expected = [Double](repeating: 0, count: input.count)
    for (index, winner) in winners.enumerated() where winner >= 0 {
      expected[winner * channels + index % channels] += Double(gradient.values[index])
    }
    // A deconvolution's rulebook may leave rows that no pair writes.
    #expect(values[0].map(Double.init) == largest)
    #expect(compare(values[1].map(Double.init), with: expected).scaledError < 1e-6)
  }

  @Test("sums times a factor", arguments: RuleCase.allCases, widths)
  func sums(_ ruleCase: RuleCase, channels: Int) throws {
    let rules = try ruleCase.rules()
    let input = randomTensor(rules.sourceRows, channels, seed: 3)
    let (values, areSame) = onAllThreadCounts { compute in
      rules.with { [compute.sumPool(input, rules: $0, factor: 0.25).array] }
    }
    #expect(areSame)
    var expected = [Double](repeating: 0, count: rules.targetRows * channels)
    for pair in rules.pairs.joined() {
      for channel in 0..<channels {
        expected[pair.output * channels + channel] += 0.25 * Double(input[pair.input, channel])
      }
    }
    #expect(compare(values[0].map(Double.init), with: expected).scaledError < 1e-6)
  }

  @Test("a value that is not a number does not vanish from a window of its own")
  func notANumber() throws {
    let rules = try RuleCase.single.rules()
    let input = Tensor(rows: 1, channels: 2, [.nan, -.infinity])
    let (output, winners) = rules.with { Compute().maxPool(input, rules: $0) }
    #expect(output.array[0].isNaN)
    #expect(output.array[1] == -.infinity)
    #expect((0..<2).allSatisfy { winners[$0] == 0 })
  }
}
