import Foundation
import Logging
import Telemetry
import Training

/// `cosmic-tagger iotest`: reads batches and assembles their sites, without any network.
public struct ReadingTest {
  private let data: DataConfiguration
  private let iterations: Int
  private let logger: Logger

  /// A test that reports to a logger.
  ///
  /// - Throws: `TaggerError` for options that are out of range.
  public init(
    data: DataConfiguration, iterations: Int, logger: Logger
  ) throws(TaggerError) {
    try data.validate()
    guard iterations >= 1 else {
      throw TaggerError(.usage, "--iterations \(iterations) is not possible: use 1 or more")
    }
    self.data = data
    self.iterations = iterations
    self.logger = logger
  }

  /// Reads.
  ///
  /// - Throws: `TaggerError` when an event cannot be read.
  public func run() throws(TaggerError) {
    logger.debug(data)
    let source = try data.openSource()
    let assembly = try SiteAssembly(ImageGeometry.find(in: source, data), data)
    var order = EventOrder(eventCount: source.eventCount, data)
    var total = 0.0
    var sites = 0
    var bar = ProgressBar()
    for iteration in 0..<iterations {
      var clock = Stopwatch()
      var events: [DetectorEvent] = []
      for number in order.next() { events.append(try source.event(number)) }
      sites += try assembly.batch(events).sites.count
      let seconds = clock.lap()
      total += seconds
      bar.finish(erasing: true)
      logger.info("\(iteration): Time to fetch a minibatch of data: \(text(seconds))s")
      bar.update(step: iteration + 1, of: iterations)
    }
    bar.finish(erasing: true)
    let images = data.minibatchSize
    logger.info("Time to read \(iterations) batches of \(images) images each: \(text(total))")
    logger.info("Total IO Time: \(text(total))s")
    logger.info("Total images read per batch: \(images)")
    let rate = Double(iterations * images) / max(total, 1e-9)
    logger.info("Average Image IO Throughput: \(text(rate)) img/s")
    logger.info("Active pixels per image: \(sites / (iterations * images))")
  }

  private func text(_ value: Double) -> String {
    String(format: "%.4f", value)
  }
}
