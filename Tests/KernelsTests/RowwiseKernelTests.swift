import Kernels
import Reference
import Tensors
import TestSites
import Testing

/// Proves kernels without neighbours against plain loops in double precision: linear maps,
/// normalisation, activations, tables and cross-entropy.
@Suite("Row by row kernels")
struct RowwiseKernelTests {
  static let rowCounts = [0, 1, 511, 513, 4097, 9000]
  static let widths = [1, 3, 8, 17, 32]

  @Test("linear maps and their weight gradient", arguments: rowCounts, widths)
  func linear(count: Int, inputs: Int) {
    for outputs in [3, 8] {
      let input = randomTensor(count, inputs, seed: 1)
      let weight = randomTensor(inputs, outputs, seed: 2)
      let bias = randomTensor(1, outputs, seed: 3)
      let gradient = randomTensor(count, outputs, seed: 4)
      let (values, areSame) = onAllThreadCounts { compute in
        let sum = Tensor(rows: inputs, channels: outputs)
        compute.accumulateLinearWeightGradient(
          input: input, outputGradient: gradient, into: sum)
        return [
          compute.linear(input, weight: weight, bias: bias).array,
          compute.linear(input, weight: weight, bias: nil).array,
          compute.linear(gradient, weight: weight, bias: nil, transposingWeight: true).array,
          sum.array,
        ]
      }
      #expect(areSame)
      let transposed = (0..<outputs).map { output in
        (0..<inputs).map { Double(weight[$0, output]) }
      }
      var slopes = [Double](repeating: 0, count: inputs * outputs)
      for row in 0..<count {
        for channel in 0..<inputs {
          for output in 0..<outputs {
            slopes[channel * outputs + output] +=
              Double(input[row, channel]) * Double(gradient[row, output])
          }
        }
      }
      let expected = [
        networkInNetwork(rows(input), weights: rows(weight), bias: bias.doubles),
        networkInNetwork(rows(input), weights: rows(weight)),
        networkInNetwork(rows(gradient), weights: transposed),
        [slopes],
      ]
      for (ours, oracle) in zip(values, expected) {
        let difference = compare(ours.map(Double.init), with: Array(oracle.joined()))
        #expect(difference.scaledError < 5e-6, "\(difference)")
      }
    }
  }

  @Test(
    "normalisation forward, also about a mean a thousand times the deviation",
    arguments: rowCounts, widths)
  func normalisation(count: Int, channels: Int) {
    for mean: Float in [0, 1000] {
      let input = randomTensor(count, channels, seed: 5)
      for index in 0..<input.count { input.values[index] += mean }
      let scale = randomTensor(1, channels, seed: 6)
      let shift = randomTensor(1, channels, seed: 7)
      let (values, areSame) = onAllThreadCounts { compute in
        let statistics = compute.statistics(of: input)
        let normalization = compute.normalization(
          mean: statistics.mean, variance: statistics.variance, channels: channels,
          epsilon: 1e-3, leak: 0.25)
        let output = compute.normalize(input, by: normalization, scale: scale, shift: shift)
        return [
          output.array, (0..<channels).map { Float(statistics.mean[$0]) },
          (0..<channels).map { Float(statistics.variance[$0]) },
        ]
      }
      #expect(areSame)
      let (expected, statistics) = batchNormalizationTraining(
        rows(input), scale: scale.doubles, shift: shift.doubles, epsilon: 1e-3, leak: 0.25)
      let difference = compare(values[0].map(Double.init), with: Array(expected.joined()))
      // The mean is kept in single precision, half a unit of 1000 is 3e-5.
      #expect(difference.scaledError < (mean == 0 ? 2e-6 : 1e-4), "\(mean): \(difference)")
      #expect(
        compare(values[1].map(Double.init), with: statistics.mean).scaledError < 1e-6)
      #expect(
        compare(values[2].map(Double.init), with: statistics.biasedVariance).scaledError < 1e-6)
    }
  }

  @Test(
    "normalisation backward, by batch and by running statistics", arguments: [0, 1, 2, 1500], widths
  )
  func normalisationBackward(count: Int, channels: Int) {
    let input = randomTensor(count, channels, seed: 8)
    let scale = randomTensor(1, channels, seed: 9)
    let shift = randomTensor(1, channels, seed: 10)
    let gradient = randomTensor(count, channels, seed: 11)
    for usesBatch in [true, false] {
      let (values, areSame) = onAllThreadCounts { compute in
        let statistics = compute.statistics(of: input)
        let normalization = compute.normalization(
          mean: statistics.mean, variance: statistics.variance, channels: channels,
          epsilon: 1e-2, leak: 0.25)
        let scaleGradient = Tensor(rows: 1, channels: channels)
        let shiftGradient = Tensor(rows: 1, channels: channels)
        let pass = NormalizationPass(
          input: input, normalization: normalization, scale: scale, shift: shift,
          usesBatchStatistics: usesBatch, scaleGradient: scaleGradient,
          shiftGradient: shiftGradient)
        let inputGradient = compute.normalizeBackward(pass, outputGradient: gradient)
        return [inputGradient, scaleGradient, shiftGradient].map(\.array)
      }
      #expect(areSame)
      let expected = backward(input, scale, shift, gradient, usesBatch: usesBatch)
      for (ours, oracle) in zip(values, expected) {
        let difference = compare(ours.map(Double.init), with: oracle)
        #expect(difference.scaledError < 1e-5, "\(usesBatch): \(difference)")
      }
    }
  }

  /// The textbook's gradients of normalisation with a leaky rectifier, in double precision.
  private func backward(
    _ input: Tensor, _ scale: Tensor, _ shift: Tensor, _ gradient: Tensor, usesBatch: Bool
  ) -> [[Double]] {
    let statistics = BatchStatistics(of: rows(input), channels: input.channels)
    let count = Double(max(1, input.rows))
    var inputGradient = [Double](repeating: 0, count: input.count)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: input.channels), count: 2)
    for channel in 0..<input.channels {
      let factor = 1 / (statistics.biasedVariance[channel] + 1e-2).squareRoot()
      let normals = (0..<input.rows).map {
        (Double(input[$0, channel]) - statistics.mean[channel]) * factor
      }
      let slopes = (0..<input.rows).map { row in
        let value = normals[row] * Double(scale[0, channel]) + Double(shift[0, channel])
        return Double(gradient[row, channel]) * (value > 0 ? 1 : 0.25)
      }
      sums[1][channel] = slopes.reduce(0, +)
      sums[0][channel] = zip(slopes, normals).reduce(0) { $0 + $1.0 * $1.1 }
      for row in 0..<input.rows {
        let through =
          usesBatch ? (sums[1][channel] + normals[row] * sums[0][channel]) / count : 0
        inputGradient[row * input.channels + channel] =
          Double(scale[0, channel]) * factor * (slopes[row] - through)
      }
    }
    return [inputGradient] + sums
  }

  @Test("activations, sums, joins and slices", arguments: rowCounts + [70_000], [1, 3])
  func elementwise(count: Int, channels: Int) {
    let left = randomTensor(count, channels, seed: 12)
    let right = randomTensor(count, channels, seed: 13)
    let other = randomTensor(count, 2, seed: 14)
    let (values, areSame) = onAllThreadCounts { compute in
      let output = compute.leakyReLU(left, leak: 0.25)
      let joined = compute.join(left, other)
      return [
        compute.add(left, right), output,
        compute.leakyReLUBackward(output: output, outputGradient: right, leak: 0.25), joined,
        compute.slice(joined, channels: 0..<channels),
        compute.slice(joined, channels: channels..<channels + 2),
      ].map(\.array)
    }
    #expect(areSame)
    #expect(values[0] == zip(left.array, right.array).map { $0 + $1 })
    #expect(values[1] == left.array.map { $0 > 0 ? $0 : 0.25 * $0 })
    #expect(values[2] == zip(left.array, right.array).map { $0 > 0 ? $1 : 0.25 * $1 })
    #expect(values[3].map(Double.init) == Array(join(rows(left), rows(other)).joined()))
    #expect(values[4] == left.array)
    #expect(values[5] == other.array)
  }

  @Test(
    "softmax, cross-entropy and gradient, also of extreme logits", arguments: rowCounts, [2, 3, 17])
  func crossEntropies(count: Int, classes: Int) {
    for size: Float in [1, 100, 1e6] {
      let logits = randomTensor(count, classes, seed: 15)
      for index in 0..<logits.count { logits.values[index] *= size }
      var random = SplitMix(seed: 16)
      let labels = (0..<max(count, 1)).map { _ in
        UInt8.random(in: 0..<UInt8(classes), using: &random)
      }
      let weights = (0..<max(count, 1)).map { _ in Float(random.value()) }
      let (values, areSame) = onAllThreadCounts { compute in
        labels.withUnsafeBufferPointer { labels in
          weights.withUnsafeBufferPointer { weights in
            guard let labels = labels.baseAddress, let weights = weights.baseAddress else {
              return []
            }
            let probabilities = compute.softmax(logits)
            return [
              probabilities, compute.crossEntropy(logits, labels: labels),
              compute.crossEntropyGradient(
                probabilities: probabilities, labels: labels, weights: weights),
            ].map(\.array)
          }
        }
      }
      #expect(areSame)
      let rows = rows(logits)
      let probabilities = rows.map { softmax($0) }
      let entropies = zip(rows, labels).map { crossEntropy($0, label: Int($1)) }
      var gradient: [Double] = []
      for row in 0..<count {
        for channel in 0..<classes {
          let hit = channel == Int(labels[row]) ? 1.0 : 0
          gradient.append((probabilities[row][channel] - hit) * Double(weights[row]))
        }
      }
      for (ours, oracle) in zip(values, [Array(probabilities.joined()), entropies, gradient]) {
        let difference = compare(ours.map(Double.init), with: oracle)
        #expect(difference.scaledError < 1e-6, "\(size): \(difference)")
      }
    }
  }
}
