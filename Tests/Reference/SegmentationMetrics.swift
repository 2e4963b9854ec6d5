/// CosmicTagger's figures of merit for one image, or averages of them.
///
/// A figure is nil where nothing defines it, as an accuracy over no pixel.
public struct SegmentationMetrics: Equatable, Sendable {
  /// The fraction of all pixels of the dense image, stored or not, that are right.
  public var totalAccuracy: Double?
  /// The fraction of the pixels labelled cosmic or neutrino that are right.
  public var nonBackgroundAccuracy: Double?
  /// The fraction of the pixels labelled neutrino that are right.
  public var neutrinoAccuracy: Double?
  /// Cosmic pixels both predicted and labelled, over those either; 1 if there are none.
  public var cosmicIoU: Double?
  /// Neutrino pixels both predicted and labelled, over those either; 1 if there are none.
  public var neutrinoIoU: Double?
  /// The mean of both intersections over unions.
  public var meanIoU: Double?

  /// The mean of each figure over the images that define it.
  public init(meanOf metrics: [SegmentationMetrics]) {
    func mean(_ figure: KeyPath<SegmentationMetrics, Double?>) -> Double? {
      let defined = metrics.compactMap { $0[keyPath: figure] }
      return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
    }
    totalAccuracy = mean(\.totalAccuracy)
    nonBackgroundAccuracy = mean(\.nonBackgroundAccuracy)
    neutrinoAccuracy = mean(\.neutrinoAccuracy)
    cosmicIoU = mean(\.cosmicIoU)
    neutrinoIoU = mean(\.neutrinoIoU)
    meanIoU = mean(\.meanIoU)
  }

  /// The figures of one set of pixels.
  ///
  /// - Parameters:
  ///   - predictions: the predicted class of each stored pixel.
  ///   - labels: the true class of each stored pixel.
  ///   - emptyPixels: pixels never stored: background, and predicted as background.
  ///   - cosmic: the class number of cosmic pixels; 1 today, 2 in the seed.
  ///   - neutrino: the class number of neutrino pixels; 2 today, 1 in the seed.
  public init(
    predictions: [Int], labels: [Int], emptyPixels: Int, cosmic: Int = 1, neutrino: Int = 2
  ) {
    let pixels = Array(zip(predictions, labels))
    func fraction(of chosen: [(Int, Int)]) -> Double? {
      chosen.isEmpty
        ? nil : Double(chosen.filter { $0.0 == $0.1 }.count) / Double(chosen.count)
    }
    func intersectionOverUnion(_ number: Int) -> Double {
      let union = pixels.filter { $0.0 == number || $0.1 == number }.count
      let intersection = pixels.filter { $0.0 == number && $0.1 == number }.count
      return union == 0 ? 1 : Double(intersection) / Double(union)
    }
    let right = pixels.filter { $0.0 == $0.1 }.count + emptyPixels
    let all = pixels.count + emptyPixels
    totalAccuracy = all == 0 ? nil : Double(right) / Double(all)
    nonBackgroundAccuracy = fraction(of: pixels.filter { $0.1 != 0 })
    neutrinoAccuracy = fraction(of: pixels.filter { $0.1 == neutrino })
    let cosmicRatio = intersectionOverUnion(cosmic)
    let neutrinoRatio = intersectionOverUnion(neutrino)
    cosmicIoU = cosmicRatio
    neutrinoIoU = neutrinoRatio
    meanIoU = (cosmicRatio + neutrinoRatio) / 2
  }
}

/// The metrics of a batch in today's way and in the seed's.
public struct MetricsReport: Equatable, Sendable {
  /// The figures of each image and plane, indexed `[image][plane]`.
  public var images: [[SegmentationMetrics]]
  /// For each plane the mean over the images.
  public var planes: [SegmentationMetrics]
  /// The mean of the planes.
  public var average: SegmentationMetrics
  /// All planes and images counted together, as the seed did.
  public var pooled: SegmentationMetrics

  /// Counts a batch.
  ///
  /// - Parameters:
  ///   - predictions: the predicted class of each stored site.
  ///   - labels: the true class of each stored site.
  ///   - sites: the stored sites, `[image, plane, row, column]`.
  ///   - imageCount: the number of images, empty ones among them.
  ///   - planeCount: the number of planes.
  ///   - pixelsPerPlane: the pixels of one dense plane image.
  ///   - cosmic: the class number of cosmic pixels.
  ///   - neutrino: the class number of neutrino pixels.
  public init(
    predictions: [Int], labels: [Int], sites: [[Int]], imageCount: Int, planeCount: Int,
    pixelsPerPlane: Int, cosmic: Int = 1, neutrino: Int = 2
  ) {
    func metrics(of rows: [Int], pixels: Int) -> SegmentationMetrics {
      SegmentationMetrics(
        predictions: rows.map { predictions[$0] }, labels: rows.map { labels[$0] },
        emptyPixels: pixels - rows.count, cosmic: cosmic, neutrino: neutrino)
    }
    let perImage = (0..<imageCount).map { image in
      (0..<planeCount).map { plane in
        metrics(
          of: sites.indices.filter { sites[$0][0] == image && sites[$0][1] == plane },
          pixels: pixelsPerPlane)
      }
    }
    images = perImage
    planes = (0..<planeCount).map { plane in
      SegmentationMetrics(meanOf: perImage.map { $0[plane] })
    }
    average = SegmentationMetrics(meanOf: planes)
    pooled = metrics(
      of: Array(sites.indices), pixels: imageCount * planeCount * pixelsPerPlane)
  }
}

/// The class with the largest logit; of equal ones the first.
public func predictedClass(_ logits: [Double]) -> Int {
  logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
}
