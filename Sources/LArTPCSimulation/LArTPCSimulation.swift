import LArCV
import Tensors

/// Events of a liquid-argon time projection chamber, without a detector.
///
/// Cosmic muons, the electrons and photons that come with them, and a neutrino interaction are
/// followed through the argon; their charge drifts to three wire planes, noise is added, and what
/// passes the threshold is stored with its true origin.  Counts, charges and noise follow real SBND
/// events within a factor of two; it is no substitute for a full detector simulation.
///
/// Interactions are a mixture balanced for training, not that of a beam: 45 % charged currents of muon
/// neutrinos, 40 % of electron neutrinos, 15 % neutral currents.
///
/// ```swift
/// let simulation = LArTPCSimulation(seed: 1)
/// let event = simulation.event(0)
/// ```
public struct LArTPCSimulation: Sendable {
  /// What is simulated, after moving every value to the nearest meaningful one.
  public let configuration: Configuration
  private let seed: UInt64
  private let detector: Detector
  private let readouts: ReadoutPool

  /// Sections of an event's random numbers; each physics process has its own, so that a change in
  /// one does not disturb the others.
  private enum Section: UInt64 {
    case muons
    case neutrino
    case transportOfMuons
    case transportOfNeutrino
    /// One per plane from here on.
    case noise
  }

  /// Makes a source of events.
  ///
  /// - Parameters:
  ///   - seed: names the sample; different seeds give independent events.
  ///   - configuration: values out of their limits are moved to the nearest limit; call
  ///     ``Configuration/validate()`` first to refuse them instead.
  public init(seed: UInt64, configuration: Configuration = .init()) {
    let configuration = configuration.nearestValid
    self.seed = seed
    self.configuration = configuration
    self.detector = Detector(
      wires: configuration.wires, driftBins: configuration.driftBins, planes: configuration.planes)
    readouts = ReadoutPool(
      detector: detector, deadWireFraction: configuration.deadWireFraction)
  }

  /// The event of a given number.
  ///
  /// Seed, configuration and number determine it completely, so events can be made in any order and
  /// on any thread.
  ///
  /// Cost: about 40 ms at full size on one core, most of it in spreading charge over pixels; proportional to the
  /// length of all tracks.
  public func event(_ number: Int) -> SimulatedEvent {
    readouts.lend { event(number, readBy: $0) }
  }

  private func event(_ number: Int, readBy readout: Readout) -> SimulatedEvent {
    var transport = Transport(detector: detector, random: random(.muons, number))
    addMuons(to: readout, by: &transport, number)
    let neutrino = addNeutrino(to: readout, by: &transport, number)
    let noise = ElectronicsNoise(scale: configuration.noise)
    var images: [SparseImage] = []
    var labels: [SparseImage] = []
    for plane in detector.planes.indices {
      var random = random(.noise, number, plane: plane)
      readout.addNoise(noise, plane: plane, &random)
      let (charge, label) = readout.images(
        plane: plane, threshold: configuration.threshold, noise: noise, &random)
      images.append(charge)
      labels.append(label)
    }
    let id = EventID(run: 1, subrun: 0, event: .init(number))
    return SimulatedEvent(id: id, images: images, labels: labels, neutrino: neutrino)
  }

  private func addMuons(to readout: Readout, by transport: inout Transport, _ number: Int) {
    var random = random(.muons, number)
    let cosmics = CosmicRays(detector: detector)
    let muons = random.poisson(mean: configuration.cosmicMuons)
    let others = random.poisson(mean: configuration.cosmicMuons * cosmics.softPerMuon)
    for index in 0..<muons + others {
      let time = cosmics.arrival(&random)
      let particle = index < muons ? cosmics.muon(&random) : cosmics.softParticle(&random)
      guard let particle else { continue }
      transport.begin(self.random(.transportOfMuons, number, particle: index))
      transport.follow(particle)
      for deposit in transport.deposits { readout.collect(deposit, from: .cosmic, time: time) }
    }
  }

  private func addNeutrino(
    to readout: Readout, by transport: inout Transport, _ number: Int
  ) -> SimulatedNeutrino? {
    var random = random(.neutrino, number)
    guard random.uniform() < configuration.neutrinoFraction else { return nil }
    let interaction = NeutrinoInteraction(in: detector, &random)
    transport.begin(self.random(.transportOfNeutrino, number))
    for product in interaction.products { transport.follow(product) }
    for deposit in transport.deposits { readout.collect(deposit, from: .neutrino, time: 0) }
    return SimulatedNeutrino(
      particles: interaction.particles,
      vertices: detector.planes.map {
        [$0.wire(at: interaction.vertex) + 0.5, detector.driftBin(atX: interaction.vertex.x) + 0.5]
      })
  }

  private func random(
    _ section: Section, _ number: Int, plane: Int = 0, particle: Int = 0
  ) -> RandomStream {
    // Event, particle and section share the stream number: 44, 17 and 3 bits.
    let event = UInt64(bitPattern: Int64(number)) << 20
    let stream = event | UInt64(particle) << 3 | (section.rawValue + UInt64(plane))
    return RandomStream(seed: seed, stream: stream)
  }
}
