import Autodiff
import Layers
import Reference
import Tensors
import TestSites
import Testing

@testable import DenseLayers

/// Proves running statistics of pixels: whom they follow, and that they are used where they should be.
@Suite("Running statistics of pixels")
struct RunningStatisticsTests {
  private static let input = Extents(2, [3, 3, 5])
  private static let channels = 2
  private static let momentum = 0.25

  private struct Run {
    let layer: PixelNormalization
    let rows: [[Double]]
    /// Of production's rows, those that count.
    let counts: [Bool]
    /// The part of each row.
    let parts: [Int]

    init(_ parts: BatchNormalization.Parts, masked isMasked: Bool) {
      let input = RunningStatisticsTests.input
      layer = PixelNormalization(
        normalization: BatchNormalization(
          channels: channels, epsilon: 1e-3, momentum: momentum, parts: parts))
      var random = SplitMix(seed: 3)
      for parameter in layer.normalization.ownParameters.map(\.parameter) {
        parameter.set(random.values(parameter.count).map { 1 + abs($0) })
      }
      // Of the last plane a single pixel counts.
      let last = input.planes.lastIndex(of: 2) ?? 0
      counts =
        isMasked
        ? zip(randomCounts(input, seed: 5), 0...).map {
          input.planes[$1] == 2 ? $1 == last : $0
        } : [Bool](repeating: true, count: input.pixels)
      let values = random.rows(input.pixels, channels: channels)
      rows = zip(values, counts).map { row, isCounting in row.map { isCounting ? $0 : 0 } }
      self.parts = parts == .none ? input.planes.map { _ in 0 } : input.planes
    }

    func images(_ tape: Tape, masked isMasked: Bool) throws -> DenseImages {
      try DenseImages(
        tape.variable(tensor(rows, channels: channels)), batchSize: input.batchSize,
        spatialSize: input.size, mask: isMasked ? ImageMask(isActive: counts) : nil)
    }

    func rows(ofPart part: Int) -> [[Double]] {
      rows.indices.filter { counts[$0] && parts[$0] == part }.map { rows[$0] }
    }
  }

  static let cases: [(BatchNormalization.Parts, Bool)] = [
    BatchNormalization.Parts.none, .alike, .own(3),
  ].flatMap { parts in [(parts, false), (parts, true)] }

  @Test(
    "a step moves them by the batch's mean and unbiased variance, part by part", arguments: cases)
  func follow(_ parts: BatchNormalization.Parts, isMasked: Bool) throws {
    let run = Run(parts, masked: isMasked)
    let (mean, variance) = (
      run.layer.normalization.runningMean, run.layer.normalization.runningVariance
    )
    var (means, variances) = (mean.doubles, variance.doubles)
    for part in 0..<(parts == .none ? 1 : 3) {
      let rows = run.rows(ofPart: part)
      let batch = BatchStatistics(of: rows, channels: Self.channels)
      let place = means.count > Self.channels ? part * Self.channels : 0
      for channel in 0..<Self.channels {
        means[place + channel] +=
          Self.momentum * (batch.mean[channel] - means[place + channel])
        // A single pixel has no variance.
        guard rows.count > 1 else { continue }
        variances[place + channel] +=
          Self.momentum * (batch.unbiasedVariance[channel] - variances[place + channel])
      }
    }
    let tape = Tape(.training)
    let before = [mean, variance].map(\.doubles)
    let output = try run.layer(run.images(tape, masked: isMasked)).features
    #expect([mean, variance].map(\.doubles) == before)
    tape.backward(from: output, gradient: output.value.copied())
    #expect(compare(mean.doubles, with: means).scaledError < 1e-6)
    #expect(compare(variance.doubles, with: variances).scaledError < 1e-6)
  }

  @Test("inference uses them, and changes nothing", arguments: cases)
  func inference(_ parts: BatchNormalization.Parts, isMasked: Bool) throws {
    let run = Run(parts, masked: isMasked)
    let values = run.layer.normalization.ownParameters.map(\.parameter.doubles)
    let expected = inParts(run.rows, run.parts, count: 3) { part, rows in
      let own = values.map { valuesOfPart(part, $0, channels: Self.channels) }
      return batchNormalization(
        rows, mean: own[2], variance: own[3], scale: own[0], shift: own[1], epsilon: 1e-3)
    }
    let output = try run.layer(run.images(Tape(.inference), masked: isMasked))
    let difference = compare(
      rows(output.features.value),
      with: zip(expected, run.counts).map { row, isCounting in row.map { isCounting ? $0 : 0 } })
    #expect(difference.scaledError < 1e-6, "\(difference)")
    #expect(run.layer.normalization.ownParameters.map(\.parameter.doubles) == values)
  }

  @Test("no event, and no pixel that counts, move nothing", arguments: cases.map(\.0))
  func nothing(_ parts: BatchNormalization.Parts) throws {
    let run = Run(parts, masked: false)
    let values = run.layer.ownParameters.map(\.parameter.doubles)
    for batchSize in [0, 2] {
      let tape = Tape(.training)
      let rows = 6 * batchSize
      let mask = ImageMask(isActive: [Bool](repeating: false, count: rows))
      let input = try DenseImages(
        tape.variable(Tensor(rows: rows, channels: Self.channels)), batchSize: batchSize,
        spatialSize: [3, 1, 2], mask: mask)
      let output = try run.layer(input).features
      tape.backward(from: output, gradient: output.value.copied())
      #expect(run.layer.ownParameters.map(\.parameter.doubles) == values)
    }
  }
}
