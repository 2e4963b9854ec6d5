import Layers
import Logging
import Telemetry
import Training

/// Judges a trained network: its figures with running and with batch statistics, beside predictions
/// that need no network, with figures and pictures of single events.
struct Scoring {
  let data: DataConfiguration
  let training: TrainingConfiguration
  let geometry: ImageGeometry
  let logger: Logger

  /// Simulated events from here on were never trained on.
  private static let firstUnseenEvent = 1 << 40

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
    if !data.skipsBadEvents { _ = try SiteAssembly(geometry, scoredData).batch([source.event(0)]) }
  }

  func run(
    _ trainer: Trainer, _ assembly: SiteAssembly, _ planner: NetworkPlanner,
    _ folder: OutputFolder, _ stop: StopRequest?
  ) throws {
    guard training.scoredEvents > 0 else { return }
    let batchCount = try min(training.scoredEvents, eventCount() ?? .max)
    guard batchCount > 0 else { return }
    let loader = EventLoader(
      scoredData, assembly: assembly, planner: planner, batchCount: batchCount,
      firstEvent: scoredData.file == nil ? Self.firstUnseenEvent : 0)
    var running = ScoreSum(hasLoss: true)
    var batchwise = ScoreSum(hasLoss: true)
    var baselines = Baseline.allCases.map { _ in ScoreSum(hasLoss: false) }
    var bar = ProgressBar()
    var events: [Scores.Event] = []
    var figures = HeadFigures()
    var pictures = ScoredPictures(draws: training.drawsPicture)
    while let batch = try loader.next() {
      guard !batch.events.isEmpty else { continue }
      if let end = stop?.end(
        "stopped while scoring, with all \(training.iterations) steps taken: the same command scores again"
      ) {
        bar.finish(erasing: true)
        throw end
      }
      let heads = HeadPass(trainer.network, training.heads, batch.targets, geometry)
      let evaluation = try trainer.evaluate(batch.sites, statistics: .running, heads.run)
      figures.add(heads.figures)
      running.add(evaluation)
      batchwise.add(try trainer.evaluate(batch.sites, statistics: .batch))
      for (index, baseline) in Baseline.allCases.enumerated() {
        baselines[index].add(
          try Training.confusions(baseline.predictions(batch.sites), batch.sites))
      }
      let event = Scores.Event(batch.events[0], evaluation, geometry, training.averaging)
      pictures.consider(event) { picture(of: batch, evaluation.predictions) }
      events.append(event)
      bar.update(step: events.count, of: batchCount, message: "scoring")
    }
    bar.finish(erasing: true)
    let sums =
      [("network, running statistics", running), ("network, batch statistics", batchwise)]
      + zip(Baseline.allCases.map(\.name), baselines)
    var scores = Scores(
      events: description, averaging: training.averaging,
      predictions: sums.map { $0.1.prediction($0.0, geometry, training.averaging) },
      perEvent: events)
    scores.pictures = pictures.all.map { Scores.Picture(title: $0.title, file: $0.file) }
    report(scores, figures)
    try leave(scores, pictures, in: folder)
  }

  private func report(_ scores: Scores, _ heads: HeadFigures) {
    logger.info(
      """

      Scored \(scores.perEvent.count) \(scores.events) one by one (\(scores.averaging) metrics):
      """)
    logger.info("\(scores.table)")
    guard !heads.named.isEmpty else { return }
    let said = heads.named.map { "\($0.name) \(StepLine.significant($0.value))" }
    logger.info("Heads, running statistics: \(said.joined(separator: ", "))")
  }

  /// Writes the scores and pictures, and says where they are.
  private func leave(
    _ scores: Scores, _ pictures: ScoredPictures, in folder: OutputFolder
  ) throws {
    // What the scores name is there before them.
    for picture in pictures.all { try picture.event.write(to: folder.file(picture.file)) }
    try scores.write(to: folder.file(Scores.name))
    logger.info("Scores: \(folder.file(Scores.name))")
    for picture in pictures.all.reversed() {
      logger.info("Event picture: \(folder.file(picture.file))")
    }
  }

  /// One event at a time, in order, from the auxiliary file if there is one.
  private var scoredData: DataConfiguration {
    var scored = data.unchanged()
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

  private func picture(of batch: LoadedBatch, _ predictions: [UInt8]) -> EventPicture {
    EventPicture(
      scoredData.title(ofEvent: batch.events[0]), batch.sites.plan.sites,
      charges: batch.sites.features, labels: batch.sites.labels, predictions: predictions, geometry,
      data)
  }
}
