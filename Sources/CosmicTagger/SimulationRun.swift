import Foundation
import LArCV
import LArTPCSimulation
import Logging
import Telemetry

/// `cosmic-tagger simulate`: writes simulated events to a larcv3 file, one at a time.
public struct SimulationRun {
  private let path: String
  private let eventCount: Int
  private let simulation: LArTPCSimulation
  private let logger: Logger

  /// A run that writes events 0, 1, … of a seed.
  ///
  /// - Parameter overwrites: whether a file of that name may be replaced.
  /// - Throws: `TaggerError` for options that are out of range, or when there is a file already.
  public init(
    output path: String, overwrites: Bool = false, eventCount: Int, seed: UInt64,
    configuration: LArTPCSimulation.Configuration, logger: Logger
  ) throws(TaggerError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard overwrites || !exists || isFolder.boolValue else {
      throw TaggerError(.usage, "\(path) exists already: give another name, or --overwrite it")
    }
    guard eventCount >= 1 else {
      throw TaggerError(.usage, "--events \(eventCount) is not possible: use 1 or more")
    }
    do {
      try configuration.validate()
    } catch {
      throw TaggerError(.usage, error.description)
    }
    self.path = path
    self.eventCount = eventCount
    self.logger = logger
    simulation = LArTPCSimulation(seed: seed, configuration: configuration)
  }

  /// Simulates and writes.
  ///
  /// The file appears under its name when it is complete.
  ///
  /// - Throws: `TaggerError` when the file cannot be written.
  public func run() throws(TaggerError) {
    let names = DataConfiguration()
    do {
      let writer = try LArCVWriter(
        path: path, products: [names.imageProducer, names.labelProducer],
        clusters: [names.truthProducer], particles: [names.truthProducer])
      var bar = ProgressBar()
      for number in 0..<eventCount {
        let event = simulation.event(number)
        try writer.append(
          event.id,
          images: [(names.imageProducer, event.images), (names.labelProducer, event.labels)],
          clusters: [(names.truthProducer, event.vertexMarkers)],
          particles: [(names.truthProducer, event.particles)])
        logger.debug(
          "event \(number): \(event.images.map { "\($0.ids.count)" }.joined(separator: ", ")) voxels"
        )
        bar.update(step: number + 1, of: eventCount)
      }
      try writer.close()
      bar.finish(erasing: true)
    } catch {
      throw TaggerError(error)
    }
    logger.info("Wrote \(eventCount) simulated events to \(path)")
  }
}
