import Training

/// All figures of one step under the original's names, as TensorBoard and the metrics files have them.
///
/// First the loss, then figures of all planes as `Average/…`, then those of each as `plane0/…`; which
/// there are depends on planes and heads alone, not on the step.
public struct StepFigures: Sendable {
  /// The figures with their names; what nobody can know is not a number.
  public let named: [(name: String, value: Double)]

  /// The figures of a batch.
  ///
  /// - Parameters:
  ///   - confusions: `[event][plane]`.
  ///   - pixelsPerImage: pixels of one image of one plane.
  ///   - averaging: how images are put together.
  ///   - heads: what was found of other heads, if there are any.
  public init(
    loss: Double, confusions: [[Confusion]], pixelsPerImage: Int,
    averaging: TrainingConfiguration.Averaging, heads: HeadFigures = HeadFigures()
  ) {
    func figures(_ group: String, of confusions: [[Confusion]]) -> [(name: String, value: Double)] {
      SegmentationMetrics(confusions, pixelsPerImage: pixelsPerImage, averaging: averaging).named
        .map { ("\(group)/\($0.name)", $0.value) }
    }
    var named = [(name: "loss", value: loss)] + figures("Average", of: confusions)
    named += heads.averages.map { ("Average/\($0.name)", $0.value) }
    for plane in 0..<(confusions.first?.count ?? 0) {
      named += figures("plane\(plane)", of: confusions.map { [$0[plane]] })
      named += heads.figures(ofPlane: plane).map { ("plane\(plane)/\($0.name)", $0.value) }
    }
    self.named = named
  }
}

extension SegmentationMetrics {
  /// The figures with the names they have in the original, which has no accuracy of neutrinos.
  fileprivate var named: [(name: String, value: Double)] {
    [
      ("Total_Accuracy", accuracy), ("Non_Bkg_Accuracy", nonBackgroundAccuracy),
      ("Neutrino_Accuracy", neutrinoAccuracy), ("Cosmic_IoU", cosmicIoU),
      ("Neutrino_IoU", neutrinoIoU), ("mIoU", meanIoU),
    ]
  }
}

extension HeadFigures {
  private static let detection = "VertexDetection"
  private static let resolution = "VertexResolution"

  /// What a line of a step says too, with the original's names.
  fileprivate var averages: [(name: String, value: Double)] {
    let names = [
      "acc-event-label": "EventLabel", "vertex-detection": Self.detection,
      "vertex-resolution": Self.resolution,
    ]
    return named.map { (names[$0.name] ?? $0.name, $0.value) }
  }

  fileprivate func figures(ofPlane plane: Int) -> [(name: String, value: Double)] {
    guard plane < detections.count, plane < distances.count else { return [] }
    return [
      (Self.detection, detections[plane].mean), (Self.resolution, distances[plane].mean),
    ]
  }
}
