import Layers
import Logging
import Telemetry
import Training

/// Judges a trained network: its figures with running and with batch statistics, beside predictions
/// that need no network, and a picture of one event.
struct Scoring {
  let data: DataConfiguration
  let training: TrainingConfiguration
  let geometry: ImageGeometry
  let logger: Logger

  /// Simulated events from here on were never trained on.
  private static let firstUnseenEvent = 1 << 40

  private struct Score {
    var confusions: [[Confusion]] = []
    var loss = 0.0

    mutating func add(_ evaluation: Trainer.Evaluation) {
      confusions += evaluation.confusions
      loss += evaluation.loss
    }
  }

  /// Looks at the file of events to score before the time for training is spent.
  func checkAuxiliaryFile() throws(TaggerError) {
    guard let file = training.auxiliaryFile else { return }
    let source = try scoredData.openSource()
    let found = try ImageGeometry.find(in: source, scoredData)
    guard found == geometry else {
      throw TaggerError(
        .badData,
        "\(file) has \(found.planes) planes of \(found.stored) pixels where the events trained on "
          + "have \(geometry.planes) of \(geometry.stored): all images of a run need one size")
    }
    _ = try SiteAssembly(geometry, scoredData).batch([source.event(0)])
  }

  func run(
    _ trainer: Trainer, _ assembly: SiteAssembly, _ planner: NetworkPlanner, _ folder: OutputFolder
  ) throws {
    let batchCount = try min(training.scoredEvents, eventCount() ?? .max)
    guard batchCount > 0 else { return }
    let loader = EventLoader(
      scoredData, assembly: assembly, planner: planner, batchCount: batchCount,
      firstEvent: scoredData.file == nil ? Self.firstUnseenEvent : 0)
    var running = Score()
    var batchwise = Score()
    var baselines = Baseline.allCases.map { _ in Score() }
    var bar = ProgressBar()
    var scored = 0
    var figures = HeadFigures()
    var picture: (batch: LoadedBatch, predictions: [UInt8])?
    while let batch = try loader.next() {
      let heads = HeadPass(trainer.network, training.heads, batch.targets, geometry)
      let evaluation = try trainer.evaluate(batch.sites, statistics: .running, heads.run)
      figures.add(heads.figures)
      running.add(evaluation)
      batchwise.add(try trainer.evaluate(batch.sites, statistics: .batch))
      for (index, baseline) in Baseline.allCases.enumerated() {
        baselines[index].confusions += try Training.confusions(
          baseline.predictions(batch.sites), batch.sites)
      }
      if picture == nil { picture = (batch, evaluation.predictions) }
      scored += 1
      bar.update(step: scored, of: batchCount, message: "scoring")
    }
    bar.finish(erasing: true)
    logger.info(
      "\nScored \(scored) \(description) one by one (\(training.averaging.rawValue) metrics):")
    logger.info("\(table(running, batchwise, baselines))")
    if !figures.named.isEmpty {
      let said = figures.named.map { "\($0.name) \(StepLine.significant($0.value))" }
      logger.info("Heads, running statistics: \(said.joined(separator: ", "))")
    }
    if let picture, training.drawsPicture { try draw(picture.batch, picture.predictions, folder) }
  }

  /// One event at a time, in order, from the auxiliary file if there is one.
  private var scoredData: DataConfiguration {
    var scored = data
    scored.file = training.auxiliaryFile ?? data.file
    scored.minibatchSize = 1
    scored.access = .serialAccess
    return scored
  }

  private var description: String {
    if let file = training.auxiliaryFile { return "events of \(file)" }
    return data.file == nil ? "simulated events it was not trained on" : "training events"
  }

  private func eventCount() throws -> Int? {
    try scoredData.openSource().eventCount
  }

  private func table(_ running: Score, _ batchwise: Score, _ baselines: [Score]) -> MetricsTable {
    var table = MetricsTable(headers: [
      "prediction", "loss", "accuracy", "non-bkg acc.", "neutrino acc.", "cosmic IoU",
      "neutrino IoU", "mean IoU",
    ])
    table.append(row("network, running statistics", running, hasLoss: true))
    table.append(row("network, batch statistics", batchwise, hasLoss: true))
    for (baseline, score) in zip(Baseline.allCases, baselines) {
      table.append(row(baseline.name, score, hasLoss: false))
    }
    return table
  }

  private func row(_ name: String, _ score: Score, hasLoss: Bool) -> [MetricsTable.Cell] {
    let metrics = SegmentationMetrics(
      score.confusions, pixelsPerImage: geometry.pixels, averaging: training.averaging)
    let loss = score.loss / Double(max(score.confusions.count, 1))
    return [
      .text(name), hasLoss ? .number(loss, decimals: 4) : .missing,
      .number(metrics.accuracy, decimals: 5), .number(metrics.nonBackgroundAccuracy, decimals: 4),
      .number(metrics.neutrinoAccuracy, decimals: 4), .number(metrics.cosmicIoU, decimals: 4),
      .number(metrics.neutrinoIoU, decimals: 4), .number(metrics.meanIoU, decimals: 4),
    ]
  }

  /// Of full images, most pixels are empty and said to be.
  private func hasColor(_ row: Int, _ batch: LoadedBatch, _ predictions: [UInt8]) -> Bool {
    !data.fillsImages || batch.sites.features[row] != 0 || batch.sites.labels[row] != 0
      || predictions[row] != 0
  }

  private func draw(_ batch: LoadedBatch, _ predictions: [UInt8], _ folder: OutputFolder) throws {
    let sites = batch.sites.plan.sites
    var planes = (0..<geometry.planes).map { _ in
      PlanePicture(
        width: geometry.columns, height: geometry.rows, rows: [], columns: [], charge: [],
        truth: [], prediction: [])
    }
    for row in 0..<sites.count where hasColor(row, batch, predictions) {
      let place = sites.coordinates(row: row)
      planes[place[0]].rows.append(place[1])
      planes[place[0]].columns.append(place[2])
      planes[place[0]].charge.append(batch.sites.features[row])
      planes[place[0]].truth.append(Int(batch.sites.labels[row]))
      planes[place[0]].prediction?.append(Int(predictions[row]))
    }
    let path = folder.file("event_display.png")
    try EventDisplay().write(
      planes, title: "event \(batch.events[0] % Self.firstUnseenEvent)", to: path)
    logger.info("Event picture: \(path)")
  }
}
