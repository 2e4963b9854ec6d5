import LArTPCSimulation

/// Where events come from.
///
/// A source belongs to the thread that made it, because HDF5 does.
public protocol EventSource {
  /// Number of events; nothing for a simulation, which has no end.
  var eventCount: Int? { get }

  /// Reads what only the source can read of an event.
  ///
  /// - Throws: `TaggerError` when the event cannot be read.
  func read(_ number: Int) throws(TaggerError) -> UndecodedEvent

  /// Voxels of charge of an event, found without reading them; nothing where that cannot be.
  ///
  /// - Throws: `TaggerError` when it should be possible, and is not.
  func voxelCount(_ number: Int) throws(TaggerError) -> Int?
}

extension EventSource {
  /// Unknown, unless a source says otherwise.
  public func voxelCount(_ number: Int) throws(TaggerError) -> Int? { nil }

  /// One event.
  ///
  /// - Throws: `TaggerError` when the event cannot be read or is not fit for use.
  public func event(_ number: Int) throws(TaggerError) -> DetectorEvent {
    try read(number).decoded()
  }
}

/// An event of which everything was read that has to be read, and nothing else was done.
public struct UndecodedEvent: Sendable {
  private let decode: @Sendable () throws(TaggerError) -> DetectorEvent

  /// An event that `decode` makes, on any thread.
  public init(_ decode: @escaping @Sendable () throws(TaggerError) -> DetectorEvent) {
    self.decode = decode
  }

  /// The event, which takes most of the time of having one.
  ///
  /// - Throws: `TaggerError` when it is not fit for use.
  public func decoded() throws(TaggerError) -> DetectorEvent { try decode() }
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

  /// Promises to simulate one event.
  public func read(_ number: Int) -> UndecodedEvent {
    UndecodedEvent { [simulation] in
      let event = simulation.event(number)
      return DetectorEvent(
        images: event.images, labels: event.labels, name: "simulated event \(number)",
        truth: EventTruth(
          particles: event.particles, vertices: event.neutrino?.vertices ?? []))
    }
  }
}

extension DataConfiguration {
  /// Opens what the configuration names.
  public func openSource() throws(TaggerError) -> any EventSource {
    if file != nil {
      return try isolatesReader
        ? IsolatedEventSource(files, self) : FileEventSource(files, self)
    }
    return SimulatedEventSource(seed: seed)
  }
}
