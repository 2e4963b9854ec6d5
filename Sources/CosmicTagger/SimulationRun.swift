import Foundation
import LArCV
import LArTPCSimulation
import Logging
import Telemetry
import Tensors

/// `cosmic-tagger simulate`: writes simulated events to a larcv3 file.
///
/// Events are made on all threads, a batch at a time, while the batch before is written in their
/// order: the file has the same bytes at any number of threads, and memory holds two batches.
public struct SimulationRun {
  private let path: String
  private let eventCount: Int
  private let threadCount: Int
  private let simulation: LArTPCSimulation
  private let logger: Logger

  /// Events of a batch for each thread: enough to even out long and short events.
  private static let eventsPerThread = 4

  /// How the command line calls what it can set of a configuration.
  private static let options = [
    "cosmicMuons": "--cosmic-muons", "neutrinoFraction": "--neutrino-fraction",
  ]

  /// A run that writes events 0, 1, … of a seed.
  ///
  /// - Parameters:
  ///   - overwrites: whether a file of that name may be replaced.
  ///   - threads: how many threads make events; nothing for as many as there are processors.
  /// - Throws: `TaggerError` for options that are out of range, or when there is a file already.
  public init(
    output path: String, overwrites: Bool = false, eventCount: Int, seed: UInt64,
    configuration: LArTPCSimulation.Configuration, threads: Int? = nil, logger: Logger
  ) throws(TaggerError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard overwrites || !exists || isFolder.boolValue else {
      throw TaggerError(.usage, "\(path) exists already: give another name, or --overwrite it")
    }
    guard eventCount >= 1 else {
      throw TaggerError(.usage, "--events \(eventCount) is not possible: use 1 or more")
    }
    let threads = threads ?? Threads.available
    guard (1...1024).contains(threads) else {
      throw TaggerError(.usage, "--threads \(threads) is not possible: use 1 to 1024")
    }
    do {
      try configuration.validate()
    } catch {
      guard let option = Self.options[error.name] else {
        throw TaggerError(.usage, error.description)
      }
      throw TaggerError(
        .usage,
        "\(option) \(error.value) is not possible: use \(error.least) to \(error.most)")
    }
    self.path = path
    self.eventCount = eventCount
    self.logger = logger
    threadCount = threads
    simulation = LArTPCSimulation(seed: seed, configuration: configuration)
  }

  /// Simulates and writes.
  ///
  /// The file appears under its name when it is complete.
  ///
  /// - Throws: `TaggerError` when the file cannot be written.
  public func run() throws(TaggerError) {
    let start = ContinuousClock.now
    let threads = Threads(count: threadCount)
    var bar = ProgressBar()
    do {
      let writer = try SimulatedEventWriter(path: path)
      let step = Self.eventsPerThread * threadCount
      var made: [SimulatedEvent] = []
      for first in stride(from: 0, to: eventCount, by: step) {
        made = try write(
          made, with: writer, making: first..<min(first + step, eventCount), on: threads)
        for event in made { logger.debug("\(event.summary)") }
        bar.update(step: first, of: eventCount)
      }
      for event in made { try writer.append(event) }
      try writer.close()
    } catch {
      throw TaggerError(error)
    }
    bar.finish(erasing: true)
    let rate = Double(eventCount) / (start.duration(to: .now) / .seconds(1))
    logger.debug("\(rate.formatted(.number.precision(.fractionLength(1)))) events per second")
    logger.info("Wrote \(eventCount) simulated events to \(path)")
  }

  /// Makes some events, and writes those before them meanwhile.
  private func write(
    _ events: [SimulatedEvent], with writer: SimulatedEventWriter, making numbers: Range<Int>,
    on threads: Threads
  ) throws -> [SimulatedEvent] {
    var made = [SimulatedEvent?](repeating: nil, count: numbers.count)
    var failure: (any Error)?
    made.withUnsafeMutableBufferPointer { made in
      // Each tile writes its own event; the failure is that of the first one alone.
      nonisolated(unsafe) let made = made
      withUnsafeMutablePointer(to: &failure) { failure in
        threads.run(1 + numbers.count) { tile, _ in
          if tile > 0 {
            made[tile - 1] = simulation.event(numbers.lowerBound + tile - 1)
            return
          }
          do {
            for event in events { try writer.append(event) }
          } catch {
            failure.pointee = error
          }
        }
      }
    }
    if let failure { throw failure }
    return made.compactMap(\.self)
  }
}

/// Writes simulated events under the names that training looks for.
private struct SimulatedEventWriter {
  private let names = DataConfiguration()
  private let writer: LArCVWriter

  init(path: String) throws(LArCVError) {
    writer = try LArCVWriter(
      path: path, products: [names.imageProducer, names.labelProducer],
      clusters: [names.truthProducer], particles: [names.truthProducer])
  }

  func append(_ event: SimulatedEvent) throws(LArCVError) {
    try writer.append(
      event.id,
      images: [(names.imageProducer, event.images), (names.labelProducer, event.labels)],
      clusters: [(names.truthProducer, event.vertexMarkers)],
      particles: [(names.truthProducer, event.particles)])
  }

  func close() throws(LArCVError) { try writer.close() }
}

extension SimulatedEvent {
  fileprivate var summary: String {
    "event \(id.event): \(images.map { "\($0.ids.count)" }.joined(separator: ", ")) voxels"
  }
}
