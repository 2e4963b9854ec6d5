import GoldenFiles
import Reference
import Testing

/// The losses and metrics the original recorded for one network and mode, to be met.
struct GoldenFigures {
  let attributes: GoldenGroup
  let name: String
  let imageCount: Int
  let planeCount: Int
  let pixelsPerPlane: Int
  /// Stored pixels, followed by those that are labelled without being stored.
  let sites: [[Int]]
  let labels: [Int]
  let unstored: Int

  init(
    _ group: GoldenGroup, mode: String, sites: [[Int]], labels: [Int], labelImages: [[Int]],
    spatialSize: [Int]
  ) throws {
    attributes = try group.group(mode)
    name = "\(group.name) \(mode)"
    planeCount = spatialSize[0]
    let (rows, columns) = (spatialSize[1], spatialSize[2])
    pixelsPerPlane = rows * columns
    imageCount = (labelImages.first?.count ?? 0) / pixelsPerPlane
    let stored = Set(sites)
    var blanks: [(site: [Int], label: Int)] = []
    for (plane, image) in labelImages.enumerated() {
      for (pixel, label) in image.enumerated() where label != 0 {
        let site = [
          pixel / (rows * columns), plane, pixel / columns % rows, pixel % columns,
        ]
        if !stored.contains(site) { blanks.append((site, label)) }
      }
    }
    self.sites = sites + blanks.map(\.site)
    self.labels = labels + blanks.map(\.label)
    unstored = blanks.count
  }

  /// Every loss of master and version 2.1, within 1e-5 of its value.
  func expectLosses(of logits: [[Double]]) throws {
    let planes = sites.map { $0[1] }
    let empty = (0..<planeCount).map { plane in
      imageCount * pixelsPerPlane - planes.filter { $0 == plane }.count
    }
    for scheme in BalanceScheme.allCases {
      for (era, reduction) in [
        ("master", PlaneReduction.weightedMean), ("v2.1", PlaneReduction.pixelMean),
      ] {
        let attribute = "loss_\(era)_\(scheme.rawValue)"
        guard attributes.hasAttribute(attribute) else { continue }
        let expected = try attributes.number(attribute)
        let loss = segmentationLoss(
          logits + blankLogits, labels: labels, planes: planes, scheme: scheme,
          reduction: reduction, emptyPixels: empty)
        let error = abs(loss.value - expected) / abs(expected)
        #expect(error < 1e-5, "\(name) \(attribute): \(loss.value) for \(expected)")
      }
    }
  }

  /// Every metric of master, per plane and averaged.
  func expectMetrics(of logits: [[Double]]) throws {
    let report = MetricsReport(
      predictions: (logits + blankLogits).map(predictedClass), labels: labels, sites: sites,
      imageCount: imageCount, planeCount: planeCount, pixelsPerPlane: pixelsPerPlane)
    try expect(report.average, images: report.images.flatMap { $0 }, "Average")
    for (plane, metrics) in report.planes.enumerated() {
      try expect(metrics, images: report.images.map { $0[plane] }, "plane\(plane)")
    }
  }

  private var blankLogits: [[Double]] { Array(repeating: [0, 0, 0], count: unstored) }

  /// The original's accuracy is not a number where one image of the plane has no labelled pixel.
  private func expect(
    _ metrics: SegmentationMetrics, images: [SegmentationMetrics], _ part: String
  ) throws {
    for (figure, path) in [
      ("Total_Accuracy", \SegmentationMetrics.totalAccuracy),
      ("Non_Bkg_Accuracy", \SegmentationMetrics.nonBackgroundAccuracy),
      ("Cosmic_IoU", \SegmentationMetrics.cosmicIoU),
      ("Neutrino_IoU", \SegmentationMetrics.neutrinoIoU),
      ("mIoU", \SegmentationMetrics.meanIoU),
    ] {
      let expected = try attributes.number("metric:\(part)/\(figure)")
      if expected.isNaN {
        #expect(images.contains { $0[keyPath: path] == nil }, "\(name) \(part)/\(figure)")
      } else {
        let value = try #require(metrics[keyPath: path], "\(name) \(part)/\(figure)")
        #expect(abs(value - expected) < 2e-6, "\(name) \(part)/\(figure)")
      }
    }
  }
}
