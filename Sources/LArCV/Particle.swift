/// A particle of the truth of an event, as larcv3's particle tables have it.
///
/// Energies and momenta are in GeV, lengths in cm, times in ns. What is not said is larcv3's own
/// value for the unknown, and is written as such.
public struct Particle: Hashable, Codable, Sendable {
  /// A place and a time: x, y, z in cm, t in ns.
  public typealias Position = SIMD4<Double>

  /// What it is, by the Particle Data Group's numbers: 12 and 14 for neutrinos of the electron and the
  /// muon, negative for antiparticles.
  public var pdg: Int
  /// For a neutrino, 0 for a charged current and 1 for a neutral one; otherwise -1.
  public var currentType: Int
  /// For a neutrino, how it interacted, by nuance's numbers (1001 is quasi-elastic); otherwise -1.
  public var interactionType: Int
  /// Its total energy at the start.
  public var energy: Double
  /// Its momentum at the start.
  public var momentum: SIMD3<Double>
  /// Where it began.
  public var vertex: Position
  /// Its place in the event's table.
  public var index: UInt16 = .max
  /// Its number in the particle transport that made it.
  public var track: UInt32
  /// How it was made; up to 63 bytes are stored.
  public var process: String
  /// The particle it came from.
  public var parent: Relative
  /// The first particle of its line.
  public var ancestor = Relative()
  /// Its place in the lists of tracks and showers of the simulation.
  public var showerIndex: UInt16 = .max
  /// Its place in the list of interactions of the simulation.
  public var interactionIndex: UInt16 = .max
  /// What it looks like: 0 shower, 1 track, 2 unknown.
  public var shape: Int32 = 2
  /// Where it ended.
  public var end: Position = .zero
  /// Where it first left energy in the detector.
  public var firstStep: Position = .zero
  /// Where it last left energy in the detector.
  public var lastStep: Position = .zero
  /// The length of its path; -1 when unknown.
  public var distance = -1.0
  /// The energy it left in the detector.
  public var depositedEnergy = 0.0

  /// Another particle that one descends from.
  public struct Relative: Hashable, Codable, Sendable {
    /// Its number in the particle transport; the largest number when there is none.
    public var track: UInt32
    /// What it is; 0 when unknown.
    public var pdg: Int32
    /// Where it began.
    public var vertex: Position

    /// A relative, by default an unknown one.
    public init(track: UInt32 = .max, pdg: Int32 = 0, vertex: Position = .zero) {
      self.track = track
      self.pdg = pdg
      self.vertex = vertex
    }
  }

  /// A particle; the properties left out begin as unknown.
  public init(
    pdg: Int, currentType: Int = -1, interactionType: Int = -1, energy: Double,
    momentum: SIMD3<Double> = .zero, vertex: Position = .zero, track: UInt32 = .max,
    process: String = "", parent: Relative = Relative()
  ) {
    self.pdg = pdg
    self.currentType = currentType
    self.interactionType = interactionType
    self.energy = energy
    self.momentum = momentum
    self.vertex = vertex
    self.track = track
    self.process = process
    self.parent = parent
  }
}
