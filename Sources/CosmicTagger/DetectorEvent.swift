import LArCV
import LArTPCSimulation

/// One event as it was read or simulated: charge and label images of each wire plane.
public struct DetectorEvent: Sendable {
  /// Charge, a sparse image for each plane.
  public let images: [SparseImage]
  /// Labels, a sparse image for each plane.
  public let labels: [SparseImage]
  /// How messages name the event: `entry 3 of FILE`.
  public let name: String
  /// Its label in the experiment, if it has one.
  public let id: EventID?
  /// What is known of it as a whole, if that was asked for.
  public let truth: EventTruth?

  /// An event with its images.
  public init(
    images: [SparseImage], labels: [SparseImage], name: String, id: EventID? = nil,
    truth: EventTruth? = nil
  ) {
    self.images = images
    self.labels = labels
    self.name = name
    self.id = id
    self.truth = truth
  }
}

/// Where events come from.
///
/// A source belongs to the thread that made it, because HDF5 does.
public protocol EventSource {
  /// Number of events; nothing for a simulation, which has no end.
  var eventCount: Int? { get }

  /// One event.
  ///
  /// - Throws: `TaggerError` when the event cannot be read or is not fit for use.
  func event(_ number: Int) throws(TaggerError) -> DetectorEvent
}

/// Events of a larcv3 file.
public struct FileEventSource: EventSource {
  private let reader: LArCVReader
  private let imageProducer: String
  private let labelProducer: String?
  private let truthProducer: String?

  /// Opens the file.
  ///
  /// - Throws: `TaggerError` when it cannot be read or has no events.
  public init(_ path: String, _ configuration: DataConfiguration) throws(TaggerError) {
    do {
      reader = try LArCVReader(path: path)
    } catch {
      throw TaggerError(error)
    }
    imageProducer = configuration.imageProducer
    labelProducer = configuration.readsLabels ? configuration.labelProducer : nil
    truthProducer = configuration.readsTruth ? configuration.truthProducer : nil
    guard reader.entryCount > 0 else {
      throw TaggerError(.badData, "\(path) has no events: choose a file with at least one")
    }
  }

  /// Number of entries of the file.
  public var eventCount: Int? { reader.entryCount }

  /// Reads one entry and checks its images.
  public func event(_ number: Int) throws(TaggerError) -> DetectorEvent {
    do {
      return DetectorEvent(
        images: try checkedImages(imageProducer, entry: number),
        labels: try labelProducer.map { try checkedImages($0, entry: number) } ?? [],
        name: "entry \(number) of \(reader.path)",
        id: try reader.eventID(entry: number),
        truth: try truthProducer.map { producer in
          try EventTruth(
            particles: reader.particles(producer: producer, entry: number),
            markers: reader.clusters(producer: producer, entry: number))
        })
    } catch {
      throw TaggerError(error)
    }
  }

  private func checkedImages(_ producer: String, entry: Int) throws -> [SparseImage] {
    let product = Product(type: "sparse2d", producer: producer)
    return try reader.sparseImages(producer: producer, entry: entry).map {
      try $0.checkedForTraining(file: reader.path, product: product, entry: entry)
    }
  }
}

/// Events made as they are asked for.
public struct SimulatedEventSource: EventSource {
  private let simulation: LArTPCSimulation

  /// A source of events that a seed and their number determine.
  public init(seed: UInt64, configuration: LArTPCSimulation.Configuration = .init()) {
    simulation = LArTPCSimulation(seed: seed, configuration: configuration)
  }

  /// None: there is always another event.
  public var eventCount: Int? { nil }

  /// Simulates one event.
  public func event(_ number: Int) throws(TaggerError) -> DetectorEvent {
    let event = simulation.event(number)
    return DetectorEvent(
      images: event.images, labels: event.labels, name: "simulated event \(number)",
      truth: EventTruth(
        particles: event.particles,
        vertices: event.neutrino?.vertices ?? []))
  }
}

extension DataConfiguration {
  /// Opens what the configuration names.
  public func openSource() throws(TaggerError) -> any EventSource {
    if let file { return try FileEventSource(file, self) }
    return SimulatedEventSource(seed: seed)
  }
}
