import Kernels
import Reference
import Tensors
import TestSites
import Testing

/// Proves normalisation by event or row, learned slopes and dropout at the borders of tiles.
@Suite("Kernels of events, slopes and masks")
struct RowwiseStatisticsKernelTests {
  @Test("normalisation by event across tiles, also about a large mean", arguments: [1, 2, 4])
  func events(groups: Int) {
    let ranges = [0..<0, 0..<1500, 1500..<1501, 1501..<1501, 1501..<4000]
    let sites = ranges.enumerated().flatMap { event, rows in rows.map { [event, $0] } }
    for mean: Float in [0, 1000] {
      let input = randomTensor(4000, 4, seed: 1)
      for index in 0..<input.count { input.values[index] += mean }
      let (scale, shift) = (randomTensor(1, 4, seed: 2), randomTensor(1, 4, seed: 3))
      let gradient = randomTensor(4000, 4, seed: 4)
      let (values, areSame) = onAllThreadCounts { compute in
        let normalization = compute.eventNormalization(
          of: input, eventRows: ranges, groups: groups, epsilon: 1e-3, leak: 0.25)
        let output = compute.normalize(input, by: normalization, scale: scale, shift: shift)
        let (scaleGradient, shiftGradient) = (
          Tensor(rows: 1, channels: 4), Tensor(rows: 1, channels: 4)
        )
        let inputGradient = compute.normalizeBackward(
          EventNormalizationPass(
            input: input, output: output, outputGradient: gradient, scale: scale,
            scaleGradient: scaleGradient, shiftGradient: shiftGradient), by: normalization)
        return [output, inputGradient, scaleGradient, shiftGradient].map(\.array)
      }
      #expect(areSame)
      let expected = groupNormalization(
        rows(input), sites: sites, groups: groups, scale: scale.doubles, shift: shift.doubles,
        epsilon: 1e-3, leak: 0.25)
      let difference = compare(values[0].map(Double.init), with: Array(expected.joined()))
      // The mean is kept in single precision, half a unit of 1000 is 3e-5.
      #expect(difference.scaledError < (mean == 0 ? 2e-6 : 2e-3), "\(mean): \(difference)")
    }
  }

  @Test("one event is the batch: the gradients of batch normalisation")
  func oneEvent() {
    let (input, gradient) = (randomTensor(3000, 5, seed: 1), randomTensor(3000, 5, seed: 2))
    let (scale, shift) = (randomTensor(1, 5, seed: 3), randomTensor(1, 5, seed: 4))
    let compute = Compute()
    let gradients = (0..<4).map { _ in Tensor(rows: 1, channels: 5) }
    let byEvent = compute.eventNormalization(
      of: input, eventRows: [0..<3000], groups: 5, epsilon: 1e-3, leak: 0.25)
    let output = compute.normalize(input, by: byEvent, scale: scale, shift: shift)
    let inputGradient = compute.normalizeBackward(
      EventNormalizationPass(
        input: input, output: output, outputGradient: gradient, scale: scale,
        scaleGradient: gradients[0], shiftGradient: gradients[1]), by: byEvent)
    let statistics = compute.statistics(of: input)
    let byBatch = compute.normalization(
      mean: statistics.mean, variance: statistics.variance, channels: 5, epsilon: 1e-3, leak: 0.25)
    let batchOutput = compute.normalize(input, by: byBatch, scale: scale, shift: shift)
    let batchGradient = compute.normalizeBackward(
      NormalizationPass(
        input: input, normalization: byBatch, scale: scale, shift: shift,
        usesBatchStatistics: true, scaleGradient: gradients[2], shiftGradient: gradients[3]),
      outputGradient: gradient)
    for (ours, theirs) in [
      (output, batchOutput), (inputGradient, batchGradient), (gradients[0], gradients[2]),
      (gradients[1], gradients[3]),
    ] {
      #expect(compare(ours.doubles, with: theirs.doubles).scaledError < 1e-6)
    }
  }

  @Test("rows of their own and learned slopes across tiles", arguments: [0, 1, 1023, 2500])
  func rowsAndSlopes(count: Int) {
    let (input, gradient) = (randomTensor(count, 5, seed: 1), randomTensor(count, 5, seed: 2))
    let (scale, shift) = (randomTensor(1, 5, seed: 3), randomTensor(1, 5, seed: 4))
    let (values, areSame) = onAllThreadCounts { compute in
      let sums = (0..<4).map { Tensor(rows: 1, channels: $0 == 3 ? 1 : 5) }
      return [
        compute.normalizeRows(input, scale: scale, shift: shift, epsilon: 1e-3),
        compute.learnedRectifier(input, slopes: scale),
        compute.normalizeRowsBackward(
          input: input, outputGradient: gradient, scale: scale, epsilon: 1e-3,
          scaleGradient: sums[0], shiftGradient: sums[1]),
        compute.learnedRectifierBackward(
          input: input, outputGradient: gradient, slopes: scale, slopeGradient: sums[2]),
        compute.learnedRectifierBackward(
          input: input, outputGradient: gradient, slopes: Tensor(rows: 1, channels: 1, [0.5]),
          slopeGradient: sums[3]),
      ].map(\.array) + sums.map(\.array)
    }
    #expect(areSame)
    let expected = [
      layerNormalization(
        rows(input), scale: scale.doubles, shift: shift.doubles, epsilon: 1e-3),
      learnedRectifier(rows(input), slopes: scale.doubles),
    ]
    for (ours, oracle) in zip(values, expected) {
      let difference = compare(ours.map(Double.init), with: Array(oracle.joined()))
      #expect(difference.scaledError < 2e-6, "\(difference)")
    }
    // One slope for all has the sum of all channels' gradients.
    let shared = Double(values[8][0])
    #expect(abs(shared - values[7].reduce(0) { $0 + Double($1) }) < 1e-4)
  }

  @Test("masks across tiles are the words of the draw", arguments: [0, 1, 5, 16_383, 40_001])
  func masks(count: Int) {
    let draw = RandomDraw(StepRandomness(seed: 3, step: 4), number: 2)
    let input = randomTensor(count, 1, seed: 5)
    let (values, areSame) = onAllThreadCounts {
      [$0.dropout(input, probability: 0.25, draw: draw).array]
    }
    #expect(areSame)
    let expected = (0..<count).map { index in
      draw.words(block: index / 4)[index % 4] < 1 << 30
        ? Float(0) : input.values[index] * Float(1 / 0.75)
    }
    #expect(values[0].map(abs) == expected.map(abs))
  }

  @Test("masks of channels are the words of the draw in every row", arguments: [0, 1, 1023, 2050])
  func channelMasks(count: Int) {
    let draw = RandomDraw(StepRandomness(seed: 3, step: 4), number: 2)
    let input = randomTensor(count, 7, seed: 5)
    let (values, areSame) = onAllThreadCounts {
      [$0.channelDropout(input, probability: 0.25, draw: draw).array]
    }
    #expect(areSame)
    let factors = (0..<7).map { channel in
      draw.words(block: channel / 4)[channel % 4] < 1 << 30 ? Float(0) : Float(1 / 0.75)
    }
    let expected = (0..<count * 7).map { input.values[$0] * factors[$0 % 7] }
    #expect(values[0].map(abs) == expected.map(abs))
  }

  @Test("channels first and last, across tiles", arguments: [0, 1, 3], [1, 2, 5])
  func channelOrder(images: Int, channels: Int) {
    let input = randomTensor(images * 4100, channels, seed: 6)
    let (values, areSame) = onAllThreadCounts { compute in
      var first = [Float](repeating: 0, count: input.count)
      let last = Tensor(rows: input.rows, channels: channels)
      first.withUnsafeMutableBufferPointer {
        compute.channelsFirst(input, images: images, to: $0)
        compute.channelsLast(UnsafeBufferPointer($0), images: images, to: last)
      }
      return [first, last.array]
    }
    #expect(areSame)
    #expect(
      values[0].map(Double.init) == channelsFirst(rows(input), images: images, channels: channels))
    #expect(values[1] == input.array)
  }
}
