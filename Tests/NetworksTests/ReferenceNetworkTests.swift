import GoldenFiles
import Reference
import Testing

/// Proves the reference network: logits, losses, metrics and running statistics of the original.
@Suite(
  "Reference network against CosmicTagger",
  .enabled(if: GoldenFile.isAvailable("sparse_net.h5")))
struct ReferenceNetworkTests {
  static let networks = ["a21like", "uresnetlike", "nobias_noconn", "seedera"]

  @Test("logits, losses and metrics in evaluation", arguments: networks)
  func evaluation(name: String) throws {
    let golden = try SparseNetGolden(name)
    let output = try golden.network()(
      golden.features, sites: golden.sites, spatialSize: golden.spatialSize, mode: .evaluation)
    try expectLogits(output.logits, of: golden, "eval")
    try expectLosses(output.logits, of: golden, "eval")
    try expectMetrics(output.logits, of: golden, "eval")
  }

  @Test("logits, losses, metrics and running statistics in training", arguments: networks)
  func training(name: String) throws {
    let golden = try SparseNetGolden(name)
    let network = try golden.network()
    let output = try network(
      golden.features, sites: golden.sites, spatialSize: golden.spatialSize, mode: .training)
    try expectLogits(output.logits, of: golden, "train")
    try expectLosses(output.logits, of: golden, "train")
    try expectMetrics(output.logits, of: golden, "train")
    for (module, batches) in output.statistics {
      for (suffix, values) in [
        ("running_mean", batches[0].mean), ("running_var", batches[0].unbiasedVariance),
      ] {
        let before = try #require(network.parameters["\(module).\(suffix)"])
        let after = runningAverage(before, values, keep: 0.99)
        let difference = try compare(
          after, with: golden.group.doubles("buffers_after/\(module).\(suffix)"))
        // The original takes E[x²] − E[x]² in single precision, which costs up to 1.2e-5.
        #expect(difference.scaledError < 3e-5, "\(name) \(module).\(suffix): \(difference)")
      }
    }
  }

  /// Logits agree within 5e-5 of the largest: single against double precision.
  private func expectLogits(
    _ logits: [[Double]], of golden: SparseNetGolden, _ mode: String
  ) throws {
    let expected = try golden.logits(mode)
    let largest = expected.joined().reduce(0) { max($0, abs($1)) }
    let difference = zip(logits.joined(), expected.joined()).reduce(0) { worst, pair in
      max(worst, abs(pair.0 - pair.1))
    }
    print("FIGURE", golden.group.name, mode, "logits", difference / largest)
    #expect(difference <= 5e-5 * largest, "\(golden.group.name) \(mode): \(difference / largest)")
  }

  private func expectLosses(
    _ logits: [[Double]], of golden: SparseNetGolden, _ mode: String
  ) throws {
    let attributes = try golden.group.group(mode)
    let blanks = golden.labelledBlanks
    let planes = (golden.sites + blanks.map(\.site)).map { $0[1] }
    let empty = (0..<golden.spatialSize[0]).map { plane in
      golden.imageCount * golden.spatialSize[1] * golden.spatialSize[2]
        - planes.filter { $0 == plane }.count
    }
    for scheme in BalanceScheme.allCases {
      for (era, reduction) in [
        ("master", PlaneReduction.weightedMean), ("v2.1", PlaneReduction.pixelMean),
      ] {
        let attribute = "loss_\(era)_\(scheme.rawValue)"
        guard attributes.hasAttribute(attribute) else { continue }
        let expected = try attributes.number(attribute)
        let loss = segmentationLoss(
          logits + blanks.map { _ in [0, 0, 0] }, labels: golden.labels + blanks.map(\.label),
          planes: planes, scheme: scheme, reduction: reduction, emptyPixels: empty)
        let error = abs(loss.value - expected) / abs(expected)
        print("FIGURE", golden.group.name, mode, attribute, error)
        #expect(error < 1e-5, "\(golden.group.name) \(mode) \(attribute): \(loss.value)")
      }
    }
  }

  private func expectMetrics(
    _ logits: [[Double]], of golden: SparseNetGolden, _ mode: String
  ) throws {
    let blanks = golden.labelledBlanks
    let report = MetricsReport(
      predictions: (logits + blanks.map { _ in [0, 0, 0] }).map(predictedClass),
      labels: golden.labels + blanks.map(\.label), sites: golden.sites + blanks.map(\.site),
      imageCount: golden.imageCount, planeCount: golden.spatialSize[0],
      pixelsPerPlane: golden.spatialSize[1] * golden.spatialSize[2])
    try expectMetrics(report.average, images: report.images.flatMap { $0 }, golden, mode, "Average")
    for (plane, metrics) in report.planes.enumerated() {
      try expectMetrics(
        metrics, images: report.images.map { $0[plane] }, golden, mode, "plane\(plane)")
    }
  }

  /// The original's accuracy is not a number where one image of the plane has no labelled pixel.
  private func expectMetrics(
    _ metrics: SegmentationMetrics, images: [SegmentationMetrics], _ golden: SparseNetGolden,
    _ mode: String, _ part: String
  ) throws {
    let attributes = try golden.group.group(mode)
    for (name, figure) in [
      ("Total_Accuracy", \SegmentationMetrics.totalAccuracy),
      ("Non_Bkg_Accuracy", \SegmentationMetrics.nonBackgroundAccuracy),
      ("Cosmic_IoU", \SegmentationMetrics.cosmicIoU),
      ("Neutrino_IoU", \SegmentationMetrics.neutrinoIoU),
      ("mIoU", \SegmentationMetrics.meanIoU),
    ] {
      let expected = try attributes.number("metric:\(part)/\(name)")
      let label: Comment = "\(golden.group.name) \(mode) \(part)/\(name)"
      if expected.isNaN {
        #expect(images.contains { $0[keyPath: figure] == nil }, label)
      } else {
        let value = try #require(metrics[keyPath: figure], label)
        #expect(abs(value - expected) < 2e-6, label)
      }
    }
  }
}
