import Training

/// The figures that CosmicTagger judges a prediction by.
///
/// A figure nobody can compute (the accuracy of neutrino pixels in a batch without any) is not a
/// number; in averages such images are left out.
public struct SegmentationMetrics: Equatable, Sendable {
  /// Share of all pixels, also the empty ones, that have the right class.
  ///
  /// Nearly one for any prediction: most pixels are empty.
  public let accuracy: Double
  /// Share of the pixels that are not background that have the right class.
  public let nonBackgroundAccuracy: Double
  /// Share of the neutrino pixels that have the right class.
  public let neutrinoAccuracy: Double
  /// Intersection over union of true and predicted cosmic pixels; one when there are neither.
  public let cosmicIoU: Double
  /// Intersection over union of true and predicted neutrino pixels; one when there are neither.
  public let neutrinoIoU: Double

  /// Nothing that anybody can know: of a step that was not taken.
  static let unknown = SegmentationMetrics(unknown: .nan)

  private init(unknown: Double) {
    (accuracy, nonBackgroundAccuracy, neutrinoAccuracy) = (unknown, unknown, unknown)
    (cosmicIoU, neutrinoIoU) = (unknown, unknown)
  }

  /// The figures with their names in lines, which are those of 2019, and in tables, which are today's.
  var named: [(line: String, table: String, value: Double)] {
    [
      ("accuracy", "Total_Accuracy", accuracy),
      ("acc-non-zero", "Non_Bkg_Accuracy", nonBackgroundAccuracy),
      ("acc-neutrino", "Neutrino_Accuracy", neutrinoAccuracy),
      ("acc-cosmic-iou", "Cosmic_IoU", cosmicIoU),
      ("acc-neutrino-iou", "Neutrino_IoU", neutrinoIoU), ("acc-miou", "mIoU", meanIoU),
    ]
  }

  /// The mean of both overlaps.
  public var meanIoU: Double { (cosmicIoU + neutrinoIoU) / 2 }

  /// The figures of one set of pixels.
  ///
  /// - Parameters:
  ///   - confusion: counts over the sites.
  ///   - pixels: number of pixels the sites are on; those without a site are background, and are
  ///     predicted to be.
  public init(_ confusion: Confusion, pixels: Int) {
    let cosmic = Int(SiteAssembly.PixelClass.cosmic.rawValue)
    let neutrino = Int(SiteAssembly.PixelClass.neutrino.rawValue)
    accuracy = Self.ratio(confusion.correct + pixels - confusion.total, pixels)
    nonBackgroundAccuracy = Self.ratio(
      confusion.correct(cosmic) + confusion.correct(neutrino),
      confusion.labelled(cosmic) + confusion.labelled(neutrino))
    neutrinoAccuracy = Self.ratio(confusion.correct(neutrino), confusion.labelled(neutrino))
    cosmicIoU = Self.overlap(confusion, cosmic)
    neutrinoIoU = Self.overlap(confusion, neutrino)
  }

  /// The figures of many images.
  ///
  /// - Parameters:
  ///   - confusions: `[event][plane]`.
  ///   - pixelsPerImage: pixels of one image of one plane.
  ///   - averaging: in each image, then over the events of each plane, then over planes; or all
  ///     pixels together.
  public init(
    _ confusions: [[Confusion]], pixelsPerImage: Int, averaging: TrainingConfiguration.Averaging
  ) {
    switch averaging {
    case .pooled:
      var sum = Confusion(classes: SiteAssembly.PixelClass.allCases.count)
      for image in confusions.joined() { sum.add(image) }
      self.init(sum, pixels: pixelsPerImage * confusions.reduce(0) { $0 + $1.count })
    case .image:
      let images = confusions.map { $0.map { Self($0, pixels: pixelsPerImage) } }
      self.init(averaging: images)
    }
  }

  private init(averaging images: [[Self]]) {
    let planes = images.first?.count ?? 0
    func average(_ figure: (Self) -> Double) -> Double {
      Self.mean(
        (0..<planes).map { plane in Self.mean(images.map { figure($0[plane]) }) })
    }
    accuracy = average(\.accuracy)
    nonBackgroundAccuracy = average(\.nonBackgroundAccuracy)
    neutrinoAccuracy = average(\.neutrinoAccuracy)
    cosmicIoU = average(\.cosmicIoU)
    neutrinoIoU = average(\.neutrinoIoU)
  }

  private static func mean(_ values: [Double]) -> Double {
    let known = values.filter { !$0.isNaN }
    return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double {
    whole == 0 ? .nan : Double(part) / Double(whole)
  }

  private static func overlap(_ confusion: Confusion, _ label: Int) -> Double {
    let union = confusion.union(label)
    return union == 0 ? 1 : Double(confusion.correct(label)) / Double(union)
  }
}
