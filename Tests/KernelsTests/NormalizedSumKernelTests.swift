import Kernels
import Reference
import Tensors
import TestSites
import Testing

/// Proves a normalisation that ends in a sum against the oracle's normalisation, sum and activation
/// one after the other.
@Suite("Normalisation with a sum")
struct NormalizedSumKernelTests {
  @Test(
    "forward and backward, with and without an activation", arguments: [0, 1, 2, 31, 33, 5000],
    [1, 3, 8, 12, 23])
  func normalizedSum(count: Int, channels: Int) {
    let problem = Problem(count, channels)
    for leak: Float in [0, 0.25, 1] {
      let (values, areSame) = onAllThreadCounts { problem.production($0, leak: leak) }
      #expect(areSame)
      for (ours, oracle) in zip(values, problem.oracle(leak: Double(leak))) {
        let difference = compare(ours.map(Double.init), with: oracle)
        #expect(difference.scaledError < 1e-5, "leak \(leak): \(difference)")
      }
    }
  }

  @Test("without a sum, the bits are those of a sum with zero")
  func zero() {
    let problem = Problem(3000, 20)
    let (compute, channels) = (Compute(), 20)
    let statistics = compute.statistics(of: problem.input)
    let normalization = compute.normalization(
      mean: statistics.mean, variance: statistics.variance, channels: channels, epsilon: 1e-2,
      leak: 0.25)
    let plain = compute.normalize(
      problem.input, by: normalization, scale: problem.scale, shift: problem.shift)
    let sum = compute.normalize(
      problem.input, by: normalization, scale: problem.scale, shift: problem.shift,
      adding: Tensor(rows: 3000, channels: channels))
    #expect(plain.array == sum.array)
  }
}

private struct Problem {
  let input: Tensor
  let addend: Tensor
  let scale: Tensor
  let shift: Tensor
  let gradient: Tensor

  init(_ count: Int, _ channels: Int) {
    input = randomTensor(count, channels, seed: 1)
    addend = randomTensor(count, channels, seed: 2)
    scale = randomTensor(1, channels, seed: 3)
    shift = randomTensor(1, channels, seed: 4)
    gradient = randomTensor(count, channels, seed: 5)
  }

  /// Output, and the gradients of input, addend, scale and shift.
  func production(_ compute: Compute, leak: Float) -> [[Float]] {
    let statistics = compute.statistics(of: input)
    let normalization = compute.normalization(
      mean: statistics.mean, variance: statistics.variance, channels: input.channels,
      epsilon: 1e-2, leak: leak)
    let output = compute.normalize(
      input, by: normalization, scale: scale, shift: shift, adding: addend)
    let (scaleGradient, shiftGradient) = (
      Tensor(rows: 1, channels: input.channels), Tensor(rows: 1, channels: input.channels)
    )
    let gradients = compute.normalizeBackward(
      NormalizationPass(
        input: input, normalization: normalization, scale: scale, shift: shift,
        usesBatchStatistics: true, scaleGradient: scaleGradient, shiftGradient: shiftGradient),
      output: output, outputGradient: gradient)
    return [output, gradients.input, gradients.addend, scaleGradient, shiftGradient].map(\.array)
  }

  func oracle(leak: Double) -> [[Double]] {
    let channels = input.channels
    let (normalized, _) = batchNormalizationTraining(
      rows(input), scale: scale.doubles, shift: shift.doubles, epsilon: 1e-2, leak: 1)
    let sums = zip(normalized.joined(), addend.doubles).map { $0 + $1 }
    let slopes = zip(gradient.doubles, sums).map { $1 > 0 ? $0 : leak * $0 }
    let statistics = BatchStatistics(of: rows(input), channels: channels)
    var inputGradient = [Double](repeating: 0, count: input.count)
    var (scaleGradient, shiftGradient) = ([Double](), [Double]())
    for channel in 0..<channels {
      let factor = 1 / (statistics.biasedVariance[channel] + 1e-2).squareRoot()
      let places = (0..<input.rows).map { $0 * channels + channel }
      let normals = (0..<input.rows).map {
        (Double(input[$0, channel]) - statistics.mean[channel]) * factor
      }
      let sum = places.reduce(0) { $0 + slopes[$1] }
      let projection = zip(places, normals).reduce(0) { $0 + slopes[$1.0] * $1.1 }
      for (place, normal) in zip(places, normals) {
        inputGradient[place] =
          Double(scale[0, channel]) * factor
          * (slopes[place] - (sum + normal * projection) / Double(input.rows))
      }
      scaleGradient.append(projection)
      shiftGradient.append(sum)
    }
    return [
      sums.map { $0 > 0 ? $0 : leak * $0 }, inputGradient, slopes, scaleGradient, shiftGradient,
    ]
  }
}
