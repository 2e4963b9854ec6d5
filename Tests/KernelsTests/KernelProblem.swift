import Kernels
import Reference
import Sites
import Tensors
import TestSites

/// A rulebook lent to kernels, in one of its two directions.
struct LentRules {
  let rulebook: Rulebook
  let isInverse: Bool

  var targetRows: Int { isInverse ? rulebook.inputSites.count : rulebook.outputSites.count }
  var sourceRows: Int { isInverse ? rulebook.outputSites.count : rulebook.inputSites.count }
  var reversed: LentRules { LentRules(rulebook: rulebook, isInverse: !isInverse) }

  /// The pairs of each offset as the oracle writes them.
  var pairs: [[RulePair]] {
    (0..<rulebook.geometry.volume).map { offset in
      rulebook.pairs(offset: offset).map {
        isInverse
          ? RulePair(input: $0.output, output: $0.input)
          : RulePair(input: $0.input, output: $0.output)
      }
    }
  }

  private var writesEachRowOnce: Bool {
    var pairs = [Int](repeating: 0, count: targetRows)
    for pair in self.pairs.joined() { pairs[pair.output] += 1 }
    return pairs.allSatisfy { $0 == 1 }
  }

  func with<Result>(_ body: (Rules) -> Result) -> Result {
    let blocks = isInverse ? rulebook.inputBlocks : rulebook.outputBlocks
    // A padding element, so that empty columns have an address too.
    let inputs = rulebook.inputRows + [0]
    let outputs = rulebook.outputRows + [0]
    return inputs.withUnsafeBufferPointer { inputs in
      outputs.withUnsafeBufferPointer { outputs in
        rulebook.offsetStarts.withUnsafeBufferPointer { starts in
          (blocks.starts + [0]).withUnsafeBufferPointer { blockStarts in
            guard
              let inputRows = inputs.baseAddress, let outputRows = outputs.baseAddress,
              let starts = starts.baseAddress, let blockStarts = blockStarts.baseAddress
            else { preconditionFailure("arrays with elements have an address") }
            return body(
              Rules(
                sources: isInverse ? outputRows : inputRows,
                targets: isInverse ? inputRows : outputRows, offsetStarts: starts,
                blockStarts: blockStarts, offsets: rulebook.geometry.volume,
                blocks: blocks.count, rowsPerBlock: blocks.rowsPerBlock,
                sourceRows: sourceRows, targetRows: targetRows,
                identityOffset: rulebook.identityOffset,
                writesEachRowOnce: writesEachRowOnce))
          }
        }
      }
    }
  }
}

/// The rulebooks kernels are tried on: empty, a single row, several blocks of 512, more than one
/// piece of 4096 pairs.
enum RuleCase: CaseIterable, Sendable {
  case empty
  case single
  case submanifold
  case even
  case strided
  case overlapping
  case inverse
  case manyPairs

  func rules() throws -> LentRules {
    let count =
      switch self {
      case .empty: 0
      case .single: 1
      case .manyPairs: 4700
      default: 1300
      }
    var random = SplitMix(seed: 5)
    let size = self == .manyPairs ? [3, 64, 64] : [3, 33, 33]
    let sites = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
    let set = try siteSet(sites, batchSize: 3, spatialSize: size)
    let rulebook =
      switch self {
      case .strided, .inverse:
        try Rulebook.strided(set, FilterGeometry(size: [1, 3, 3], stride: [1, 2, 2]))
      case .overlapping:
        try Rulebook.strided(set, FilterGeometry(size: [1, 2, 2], stride: [1, 1, 1]))
      case .even: try Rulebook.submanifold(set, FilterGeometry(size: [2, 2, 2]))
      default: try Rulebook.submanifold(set, FilterGeometry(size: [1, 3, 3]))
      }
    return LentRules(rulebook: rulebook, isInverse: self == .inverse)
  }
}

/// A tensor of random values between -1 and 1.
func randomTensor(_ rows: Int, _ channels: Int, seed: UInt64) -> Tensor {
  var random = SplitMix(seed: seed)
  return Tensor(
    rows: rows, channels: channels, (0..<rows * channels).map { _ in Float(random.value()) })
}

extension Tensor {
  /// The values in double precision.
  var doubles: [Double] { array.map(Double.init) }
}

/// Calls `body` with 1, 2 and 3 threads, and says whether all results have the same bits.
///
/// - Returns: the result of one thread.
func onAllThreadCounts(_ body: (Compute) -> [[Float]]) -> (values: [[Float]], areSame: Bool) {
  let results = (1...3).map {
    body(Compute(threads: Threads(count: $0), arena: Arena(chunkBytes: 1 << 16)))
  }
  let bits = results.map { $0.map { $0.map(\.bitPattern) } }
  return (results[0], bits.allSatisfy { $0 == bits[0] })
}
