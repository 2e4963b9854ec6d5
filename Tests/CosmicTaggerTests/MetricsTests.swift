import CosmicTagger
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

private typealias Metrics = CosmicTagger.SegmentationMetrics
private typealias Oracle = Reference.SegmentationMetrics

@Suite("Metrics")
struct MetricsTests {
  /// Sites of five images on three planes: no neutrino on plane 1, nothing at all on plane 2 of
  /// image 3, nothing in image 4.
  private struct Sample {
    var sites: [[Int]] = []
    var labels: [Int] = []
    var predictions: [Int] = []

    init(seed: UInt64) {
      var random = RandomStream(seed: seed, stream: 0)
      for image in 0..<4 {
        for plane in 0..<3 where image != 3 || plane != 2 {
          for pixel in 0..<64 where random.uniform() < 0.4 {
            sites.append([image, plane, pixel / 8, pixel % 8])
            labels.append(Int.random(in: 0...(plane == 1 ? 1 : 2), using: &random))
            predictions.append(Int.random(in: 0...2, using: &random))
          }
        }
      }
    }

    func confusions() throws -> [[Confusion]] {
      let batch = try LabelledSites(
        plan: Plan(try siteSet(sites, batchSize: 5, spatialSize: [3, 8, 8])),
        features: sites.map { _ in 0 }, labels: labels.map { UInt8($0) }, classes: 3,
        groups: sites.map { Int32($0[1]) }, groupCount: 3)
      return try Training.confusions(predictions.map { UInt8($0) }, batch)
    }

    var report: MetricsReport {
      MetricsReport(
        predictions: predictions, labels: labels, sites: sites, imageCount: 5, planeCount: 3,
        pixelsPerPlane: 64)
    }
  }

  private func agree(_ ours: Metrics, _ oracle: Oracle) {
    let figures: [(Double, Double?)] = [
      (ours.accuracy, oracle.totalAccuracy),
      (ours.nonBackgroundAccuracy, oracle.nonBackgroundAccuracy),
      (ours.neutrinoAccuracy, oracle.neutrinoAccuracy), (ours.cosmicIoU, oracle.cosmicIoU),
      (ours.neutrinoIoU, oracle.neutrinoIoU), (ours.meanIoU, oracle.meanIoU),
    ]
    for (figure, expected) in figures {
      if let expected {
        #expect(abs(figure - expected) < 1e-12)
      } else {
        #expect(figure.isNaN)
      }
    }
  }

  @Test("agree with the definitions, averaged over images and pooled", arguments: 0..<5)
  func agreement(_ seed: UInt64) throws {
    let sample = Sample(seed: seed)
    let confusions = try sample.confusions()
    agree(Metrics(confusions, pixelsPerImage: 64, averaging: .image), sample.report.average)
    agree(Metrics(confusions, pixelsPerImage: 64, averaging: .pooled), sample.report.pooled)
    for (images, expected) in zip(confusions, sample.report.images) {
      for (confusion, expected) in zip(images, expected) {
        agree(Metrics(confusion, pixels: 64), expected)
      }
    }
  }

  @Test("of an empty image: accuracies nobody can compute, overlaps of nothing with nothing")
  func emptyImage() {
    let metrics = Metrics(Confusion(classes: 3), pixels: 100)
    #expect(metrics.accuracy == 1)
    #expect(metrics.nonBackgroundAccuracy.isNaN && metrics.neutrinoAccuracy.isNaN)
    #expect(metrics.cosmicIoU == 1 && metrics.neutrinoIoU == 1 && metrics.meanIoU == 1)
  }

  @Test("of an empty batch", arguments: TrainingConfiguration.Averaging.allCases)
  func emptyBatch(_ averaging: TrainingConfiguration.Averaging) {
    let metrics = Metrics([], pixelsPerImage: 100, averaging: averaging)
    #expect(metrics.accuracy.isNaN && metrics.nonBackgroundAccuracy.isNaN)
  }

  @Test("leave images out of an average that do not define a figure")
  func undefinedFigures() {
    var right = Confusion(classes: 3)
    right.add(label: 2, prediction: 2)
    let images = [[right], [Confusion(classes: 3)]]
    let metrics = Metrics(images, pixelsPerImage: 10, averaging: .image)
    #expect(metrics.neutrinoAccuracy == 1)
    #expect(metrics.accuracy == 1)
  }
}
