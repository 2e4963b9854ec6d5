import Training

/// What is added up, event by event, of one way to predict.
struct ScoreSum {
  /// `[event][plane]`.
  private(set) var confusions: [[Confusion]] = []
  private var loss = 0.0
  private let hasLoss: Bool

  init(hasLoss: Bool) { self.hasLoss = hasLoss }

  mutating func add(_ evaluation: Trainer.Evaluation) {
    confusions += evaluation.confusions
    loss += evaluation.loss
  }

  mutating func add(_ images: [[Confusion]]) { confusions += images }

  /// Mean loss of the events, where the prediction has one.
  var meanLoss: Double? {
    let mean = loss / Double(max(confusions.count, 1))
    return hasLoss && mean.isFinite ? mean : nil
  }

  func metrics(
    _ geometry: ImageGeometry, _ averaging: TrainingConfiguration.Averaging
  ) -> SegmentationMetrics {
    SegmentationMetrics(confusions, pixelsPerImage: geometry.pixels, averaging: averaging)
  }

  func prediction(
    _ name: String, _ geometry: ImageGeometry, _ averaging: TrainingConfiguration.Averaging
  ) -> Scores.Prediction {
    Scores.Prediction(
      name: name, loss: meanLoss, metrics: Scores.Figures(metrics(geometry, averaging)),
      confusion: (0..<geometry.planes).map { plane in
        var sum = Confusion(classes: SiteAssembly.PixelClass.allCases.count)
        for event in confusions { sum.add(event[plane]) }
        return (0..<sum.classes).map { label in
          Array(sum.counts[label * sum.classes..<(label + 1) * sum.classes])
        }
      })
  }
}

extension Scores.Event {
  /// One event's part of the scores.
  init(
    _ entry: Int, _ evaluation: Trainer.Evaluation, _ geometry: ImageGeometry,
    _ averaging: TrainingConfiguration.Averaging
  ) {
    let neutrino = Int(SiteAssembly.PixelClass.neutrino.rawValue)
    self.init(
      entry: entry, loss: evaluation.loss.isFinite ? evaluation.loss : nil,
      neutrinoSites: evaluation.confusions.joined().reduce(0) { $0 + $1.labelled(neutrino) },
      metrics: Scores.Figures(
        SegmentationMetrics(
          evaluation.confusions, pixelsPerImage: geometry.pixels, averaging: averaging)))
  }
}
