/// A particle to be followed through the argon.
struct Particle: Sendable {
  /// What it is; the raw value is the Particle Data Group's number.
  enum Kind: Int, Sendable {
    case electron = 11
    case positron = -11
    case electronNeutrino = 12
    case muon = 13
    case antimuon = -13
    case muonNeutrino = 14
    case photon = 22
    case neutralPion = 111
    case positivePion = 211
    case negativePion = -211
    case neutron = 2112
    case proton = 2212
  }

  var kind: Kind
  /// Kinetic energy in MeV.
  var energy: Double
  var position: Vector
  var direction: Vector
}

extension Particle {
  /// Momentum in MeV.
  var momentum: Double { (energy * (energy + 2 * kind.mass)).squareRoot() }
}

extension Particle.Kind {
  /// Rest mass in MeV (PDG).
  var mass: Double {
    switch self {
    case .electron, .positron: Argon.electronMass
    case .muon, .antimuon: 105.658
    case .neutralPion: 134.977
    case .positivePion, .negativePion: 139.570
    case .neutron: 939.565
    case .proton: 938.272
    case .photon, .electronNeutrino, .muonNeutrino: 0
    }
  }
}

/// Energy left at a point of the argon.
struct Deposit: Sendable {
  var position: Vector
  /// Energy in MeV.
  var energy: Double
  /// What recombination leaves of it, in MeV.
  var charge: Double
}
