import Kernels
import Reference
import Tensors
import Testing

/// Proves the kernels behind averages over active sites against plain loops.
@Suite("Active average kernels")
struct ActiveAverageKernelTests {
  @Test("one over the pairs of each row, zero without any", arguments: RuleCase.allCases)
  func counts(_ ruleCase: RuleCase) throws {
    let rules = try ruleCase.rules()
    let (values, areSame) = onAllThreadCounts { compute in
      let factors = rules.with { compute.reciprocalPairCounts($0) }
      return [(0..<rules.targetRows).map { factors[$0] }]
    }
    #expect(areSame)
    var counts = [Int](repeating: 0, count: rules.targetRows)
    for pair in rules.pairs.joined() { counts[pair.output] += 1 }
    #expect(values[0] == counts.map { $0 == 0 ? 0 : 1 / Float($0) })
  }

  @Test("each row times its factor", arguments: [(0, 3), (1, 1), (9000, 2)])
  func scaling(rows: Int, channels: Int) {
    let input = randomTensor(rows, channels, seed: 1)
    let factors = randomTensor(rows, 1, seed: 2)
    let (values, areSame) = onAllThreadCounts { compute in
      [compute.scaleRows(input, by: factors.values).array]
    }
    #expect(areSame)
    let expected = (0..<input.count).map { index in
      input.values[index] * factors.values[index / channels]
    }
    #expect(values[0] == expected)
  }
}
