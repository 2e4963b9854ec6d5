import Testing
import Training

@testable import CosmicTagger

@Suite("Figures of a step by name")
struct StepFiguresTests {
  private static let names = [
    "Total_Accuracy", "Non_Bkg_Accuracy", "Neutrino_Accuracy", "Cosmic_IoU", "Neutrino_IoU", "mIoU",
  ]

  private func confusion(_ pairs: [(label: Int, prediction: Int)]) -> Confusion {
    var confusion = Confusion(classes: 3)
    for (label, prediction) in pairs { confusion.add(label: label, prediction: prediction) }
    return confusion
  }

  /// Two events on two planes, without a neutrino on the second.
  private var confusions: [[Confusion]] {
    [
      [confusion([(2, 2), (2, 1), (1, 1), (0, 0)]), confusion([(1, 1), (1, 0)])],
      [confusion([(2, 0), (0, 2)]), confusion([(0, 0)])],
    ]
  }

  @Test(
    "They are those of all planes and those of each plane",
    arguments: TrainingConfiguration.Averaging.allCases)
  func values(_ averaging: TrainingConfiguration.Averaging) throws {
    let named = StepFigures(
      loss: 0.25, confusions, pixelsPerImage: 100, averaging: averaging
    ).named
    #expect(
      named.map(\.name)
        == ["loss"]
        + ["Average", "plane0", "plane1"].flatMap { group in
          Self.names.map { "\(group)/\($0)" }
        })
    let all = SegmentationMetrics(confusions, pixelsPerImage: 100, averaging: averaging)
    let second = SegmentationMetrics(
      confusions.map { [$0[1]] }, pixelsPerImage: 100, averaging: averaging)
    let values = Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.value) })
    #expect(values["loss"] == 0.25)
    #expect(values["Average/Total_Accuracy"] == all.accuracy)
    #expect(values["Average/Non_Bkg_Accuracy"] == all.nonBackgroundAccuracy)
    #expect(values["Average/Neutrino_Accuracy"] == all.neutrinoAccuracy)
    #expect(values["Average/Cosmic_IoU"] == all.cosmicIoU)
    #expect(values["Average/mIoU"] == all.meanIoU)
    #expect(values["plane1/Neutrino_IoU"] == second.neutrinoIoU)
    #expect(values["plane1/Non_Bkg_Accuracy"] == second.nonBackgroundAccuracy)
    #expect(values["plane1/Neutrino_Accuracy"]?.isNaN == true)
  }

  @Test("Heads have their names in all planes and in each, whatever they found")
  func heads() {
    var heads = HeadFigures()
    heads.kinds = .init(count: 2, sum: 1)
    heads.detections = [.init(count: 2, sum: 1), .init()]
    heads.distances = [.init(count: 2, sum: 30), .init()]
    let named = StepFigures(
      loss: 1, confusions, pixelsPerImage: 100, averaging: .image, heads: heads
    ).named
    let ofHeads = named.filter { $0.name.contains("Vertex") || $0.name.contains("Event") }
    #expect(
      ofHeads.map(\.name) == [
        "Average/EventLabel", "Average/VertexDetection", "Average/VertexResolution",
        "plane0/VertexDetection", "plane0/VertexResolution", "plane1/VertexDetection",
        "plane1/VertexResolution",
      ])
    #expect(ofHeads.prefix(5).map(\.value) == [0.5, 0.5, 15, 0.5, 15])
    #expect(ofHeads.suffix(2).allSatisfy { $0.value.isNaN })
  }

  @Test("Rates follow from what the step took")
  func rates() {
    let rates = StepRates(
      learningRate: 3e-4, seconds: 0.25, minibatchSize: 4, waitSeconds: 0.01,
      optimizerSeconds: 0.02)
    #expect(
      rates.named.map(\.name) == [
        "learning_rate", "global_step_per_sec", "images_per_second", "io_fetch_time", "step_time",
      ])
    #expect(rates.named.map(\.value) == [3e-4, 4, 16, 0.01, 0.02])
  }
}
