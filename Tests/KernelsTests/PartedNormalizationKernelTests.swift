import Kernels
import Reference
import Tensors
import TestSites
import Testing

/// Proves that rows normalised in parts are what each part is by itself.
@Suite("Normalisation of parts of the rows")
struct PartedNormalizationKernelTests {
  /// Several ranges of rows, an empty one, one row and many.
  private static let parts: [[Range<Int>]] = [
    [0..<700, 900..<900, 950..<3000], [700..<900, 900..<950], [3000..<3001],
  ]
  private static let rowCount = 3001

  /// Output, and gradients of input, addend, scale and shift.
  private func normalized(
    _ tensors: [Tensor], parts: [[Range<Int>]], leak: Float, _ compute: Compute
  ) -> [[Float]] {
    let (input, addend, gradient, channels) = (
      tensors[0], tensors[1], tensors[2], tensors[0].channels
    )
    let (scale, shift) = (randomTensor(1, channels, seed: 4), randomTensor(1, channels, seed: 5))
    let normalizations = parts.map { part in
      let statistics = compute.statistics(of: input, part: part)
      return compute.normalization(
        mean: statistics.mean, variance: statistics.variance, channels: channels, epsilon: 1e-2,
        leak: leak)
    }
    let output = Tensor(rows: input.rows, channels: channels)
    for (part, normalization) in zip(parts, normalizations) {
      compute.normalize(
        input, part: part, by: normalization, scale: scale, shift: shift, adding: addend,
        into: output)
    }
    let slopes = compute.slopes(of: output, outputGradient: gradient, leak: leak)
    let results = [input, scale, shift].map { Tensor(rows: $0.rows, channels: channels) }
    for (part, normalization) in zip(parts, normalizations) {
      compute.normalizeBackward(
        NormalizationPass(
          input: input, normalization: normalization, scale: scale, shift: shift,
          usesBatchStatistics: true, scaleGradient: results[1], shiftGradient: results[2]),
        part: part, output: output, outputGradient: gradient, passing: slopes, into: results[0])
    }
    return ([output] + [results[0], slopes] + results[1...]).map(\.array)
  }

  @Test("each part as a tensor of its own", arguments: [1, 8, 23], [Float(0), 0.25, 1])
  func parts(channels: Int, leak: Float) {
    let tensors = (1...3).map { randomTensor(Self.rowCount, channels, seed: $0) }
    let (values, areSame) = onAllThreadCounts {
      normalized(tensors, parts: Self.parts, leak: leak, $0)
    }
    #expect(areSame)
    var expected = values.prefix(3).map { $0.map { _ in Double.nan } }
    var sums = values.suffix(2).map { $0.map { _ in 0.0 } }
    for part in Self.parts {
      let chosen = part.flatMap { Array($0) }
      let own = tensors.map { whole in
        let all = rows(whole)
        return tensor(chosen.map { all[$0] }, channels: channels)
      }
      let alone = normalized(own, parts: [[0..<chosen.count]], leak: leak, Compute())
      for (number, values) in alone.prefix(3).enumerated() {
        for (place, row) in chosen.enumerated() {
          for channel in 0..<channels {
            expected[number][row * channels + channel] = Double(values[place * channels + channel])
          }
        }
      }
      for (number, values) in alone.suffix(2).enumerated() {
        for channel in 0..<channels { sums[number][channel] += Double(values[channel]) }
      }
    }
    for (ours, oracle) in zip(values, expected + sums) {
      let difference = compare(ours.map(Double.init), with: oracle)
      #expect(difference.scaledError < 5e-6, "\(difference)")
    }
  }
}
