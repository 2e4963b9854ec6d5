import Foundation
import LArCV
import Logging
import Telemetry
import Training

/// `cosmic-tagger iotest`: reads batches and assembles their sites, without any network.
///
/// Ranks share the events of each batch; the first says what all of them took.
public struct ReadingTest {
  private let data: DataConfiguration
  private let iterations: Int
  private let configuration: RankConfiguration
  private let ranks: RankGroup
  private let logger: Logger

  /// A test that reports to a logger.
  ///
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, iterations: Int,
    _ configuration: RankConfiguration = RankConfiguration(), ranks: RankGroup = .alone,
    logger: Logger
  ) throws(TaggerError) {
    try ranks.agreed {
      try data.validate()
      try configuration.validate(data)
      guard iterations >= 1 else {
        throw TaggerError(.usage, "--iterations \(iterations) is not possible: use 1 or more")
      }
    }
    self.data = data
    self.iterations = iterations
    self.configuration = configuration
    self.ranks = ranks
    self.logger = ranks.logger(logger)
  }

  /// Reads.
  ///
  /// - Throws: `TaggerError` when an event cannot be read.
  public func run() throws(TaggerError) {
    logger.debug(data)
    let events = try EventSummary(data, configuration, ranks)
    let batches = read(SiteAssembly(events.geometry, data))
    var tally = Tally()
    var omissions = OmissionTally(data)
    var seconds = 0.0
    var bar = ranks.isFirst ? ProgressBar() : nil
    for iteration in 0..<iterations {
      var clock = Stopwatch()
      guard let part = try ranks.agreed({ try batches.next() }) else { break }
      let parts = try ranks.gathered(part)
      for part in parts {
        tally.add(part)
        for line in omissions.add(part.omissions) { logger.warning("\(line)") }
      }
      // The first rank has waited for the slowest.
      let waited = clock.lap()
      seconds += waited
      bar?.finish(erasing: true)
      logger.info("\(iteration): Time to fetch a minibatch of data: \(text(waited))s")
      bar?.update(step: iteration + 1, of: iterations)
    }
    bar?.finish(erasing: true)
    guard ranks.isFirst else { return }
    report(tally, seconds)
    for line in omissions.lines { logger.info("\(line)") }
  }

  /// This rank's share of batches as training has them.
  private func read(_ assembly: SiteAssembly) -> BatchStream<Tally> {
    let treatment = EventTreatment(assembly, data)
    return BatchStream(data, 0..<iterations, configuration, ranks) { Tally(try treatment($0)) }
  }

  /// What was read.
  private struct Tally: Codable, Sendable {
    var events = 0
    var sites = 0
    var voxels = 0
    var storedBytes = 0
    var omissions = Omissions()

    init() {}

    init(_ batch: EventTreatment.Treated) {
      events = batch.events.count
      sites = batch.pixels.sites.count
      voxels = batch.events.reduce(0) { $0 + $1.voxelCount }
      storedBytes = batch.events.reduce(0) { $0 + $1.storedByteCount }
      omissions = batch.omissions
    }

    mutating func add(_ other: Tally) {
      events += other.events
      sites += other.sites
      voxels += other.voxels
      storedBytes += other.storedBytes
    }
  }

  private func report(_ tally: Tally, _ seconds: Double) {
    func rate(_ count: Int) -> Double { Double(count) / max(seconds, 1e-9) }
    let images = data.minibatchSize
    logger.info("Time to read \(iterations) batches of \(images) images each: \(text(seconds))")
    logger.info("Total IO Time: \(text(seconds))s")
    logger.info("Total images read per batch: \(images)")
    logger.info("Average Image IO Throughput: \(text(rate(tally.events))) img/s")
    logger.info("Active pixels per image: \(tally.sites / max(tally.events, 1))")
    let voxels = String(format: "%.2f", rate(tally.voxels) / 1e6)
    logger.info("Voxels of charge and labels: \(voxels) million/s")
    // A simulation reads no bytes.
    guard tally.storedBytes > 0 else { return }
    let stored = String(format: "%.1f", rate(tally.storedBytes) / 1e6)
    let rows = String(format: "%.1f", rate(StoredImages.rowByteCount(tally.voxels)) / 1e6)
    logger.info("Bytes of voxels: \(stored) MB/s as stored, \(rows) MB/s as rows")
  }

  private func text(_ value: Double) -> String {
    String(format: "%.4f", value)
  }
}
