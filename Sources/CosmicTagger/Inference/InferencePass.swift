import Files
import Foundation
import Layers
import Logging
import Telemetry
import Training

/// Takes the batches of a file one after the other: their scores from the journal of an interrupted run
/// or from the network, into the output, the table of events and the figures.
final class InferencePass {
  private let configuration: InferenceConfiguration
  private let data: DataConfiguration
  private let geometry: ImageGeometry
  private let journal: ScoreJournal
  private let logger: Logger
  private let events: Range<Int>

  private let file: ScoreFile
  private let table: EventTable?
  private var figures: RunningFigures
  private var durations: [Double] = []
  private var progress: InferenceProgress

  /// Begins the files.
  ///
  /// - Throws: `FileError` when one cannot be made.
  init(
    _ configuration: InferenceConfiguration, _ data: DataConfiguration,
    _ geometry: ImageGeometry, events: Range<Int>, journal: ScoreJournal, logger: Logger
  ) throws {
    self.configuration = configuration
    self.data = data
    self.geometry = geometry
    self.events = events
    self.journal = journal
    self.logger = logger
    // The journal keeps other runs away from this name.
    let output = URL(fileURLWithPath: configuration.output)
    TemporaryFile.removeRemains(in: output.deletingLastPathComponent().path) {
      $0 == output.lastPathComponent
    }
    file = try ScoreFile(configuration.output, prefix: configuration.prefix, data, geometry)
    let hasLabels = data.readsLabels
    table = try configuration.metricsFile.map { [geometry] path in
      try EventTable(path, hasLabels: hasLabels, geometry)
    }
    figures = RunningFigures(pixels: geometry.pixels)
    progress = InferenceProgress(events: events.count, logger: logger)
  }

  /// Batches that an interrupted run has left the scores of.
  var knownBatches: Int { journal.knownBatches }

  /// Goes through all batches.
  ///
  /// - Throws: `TaggerError` when events cannot be read, `FileError` when a file cannot be written;
  ///   what the network throws.
  func run(
    _ loader: InferenceLoader, _ scorer: PixelScorer, _ rounds: ScoringRounds,
    _ stop: StopRequest?
  ) throws {
    if journal.knownBatches > 0 {
      logger.info("Going on after \(scoredEvents(journal.knownBatches)) of \(events.count) events")
    }
    do {
      var clock = Stopwatch()
      while let batch = try loader.next() {
        try take(batch, waited: clock.lap(), scorer, rounds)
        _ = clock.lap()
        if !rounds.areShared, figures.events < events.count,
          let end = stop?.end(kept(figures.batches))
        {
          try journal.flush()
          throw end
        }
      }
      try file.close()
      try table?.close()
    } catch {
      progress.finish()
      if stop?.signal == nil { sayWhatIsKept() }
      throw error
    }
    progress.finish()
    report()
    journal.remove()
  }

  private func take(
    _ batch: InferenceBatch, waited: Double, _ scorer: PixelScorer, _ rounds: ScoringRounds
  ) throws {
    var clock = Stopwatch()
    let known = try journal.nextKnown()
    let scored = try known ?? score(batch, scorer, rounds)
    guard scored.digest == batch.stored.sites.digest,
      scored.confusions.count == batch.events.count
    else {
      throw TaggerError(
        .badData,
        "\(configuration.file) is not the file that \(journal.path) has scores of: give that one, or "
          + "add --restart to begin anew")
    }
    let forward = clock.lap()
    if known == nil { try journal.append(scored) }
    try file.append(batch, scored)
    try table?.append(batch, scored)
    let write = clock.lap()
    figures.add(scored.confusions)
    if known == nil {
      durations.append(waited + forward + write)
      say(
        batch, scored,
        seconds: [
          ("read", batch.readSeconds), ("plan", batch.planSeconds), ("wait", waited),
          ("forward", forward), ("write", write),
        ])
    }
    progress.update(done: figures.events, isKnown: known != nil)
  }

  private func score(
    _ batch: InferenceBatch, _ scorer: PixelScorer, _ rounds: ScoringRounds
  ) throws -> ScoredBatch {
    try rounds.scored(figures.batches) {
      try journal.flush()
      return kept(figures.batches)
    } _: {
      guard batch.sites != nil else {
        throw TaggerError(
          .inputOutput, "\(journal.path) was changed by somebody else: add --restart to begin anew")
      }
      return try scorer.score(batch, of: configuration.file)
    }
  }

  private func say(
    _ batch: InferenceBatch, _ scored: ScoredBatch, seconds: [(name: String, value: Double)]
  ) {
    let step = figures.batches - 1
    guard data.readsLabels, step % configuration.loggingIteration == 0 else { return }
    let line = StepLine(
      kind: "ana", step: step, loss: nil,
      metrics: SegmentationMetrics(
        scored.confusions, pixelsPerImage: geometry.pixels, averaging: .image),
      eventsPerSecond: Double(batch.events.count) / max(durations.last ?? 0, 1e-9),
      seconds: seconds)
    progress.clear()
    logger.info("\(line.text)")
  }

  /// How a run that did not come to its end is continued.
  private func sayWhatIsKept() {
    let batches = max(figures.batches, journal.knownBatches)
    if batches > 0 { logger.warning("\(kept(batches))") }
  }

  private func kept(_ batches: Int) -> String {
    "\(scoredEvents(batches)) of \(events.count) events are scored, and kept in \(journal.path): the same "
      + "command goes on after them"
  }

  private func scoredEvents(_ batches: Int) -> Int {
    min(events.count, batches * configuration.minibatchSize)
  }

  private func report() {
    for line in figures.lines(hasLabels: data.readsLabels) { logger.info("\(line)") }
    let throughput = Throughput(durations, minibatchSize: configuration.minibatchSize)
    if !durations.isEmpty { for line in throughput.lines { logger.info("\(line)") } }
    logger.info("Scores: \(configuration.output)")
    if let table = configuration.metricsFile { logger.info("Figures of each event: \(table)") }
  }
}
