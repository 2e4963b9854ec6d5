import Foundation

/// A particle to be followed through the argon.
struct Particle: Sendable {
  enum Kind: Sendable {
    case muon
    case pion
    case proton
    case electron
    case photon
  }

  var kind: Kind
  /// Kinetic energy in MeV.
  var energy: Double
  var position: Vector
  var direction: Vector
}

extension Particle.Kind {
  /// The Particle Data Group's number.
  var pdg: Int {
    switch self {
    case .muon: 13
    case .pion: 211
    case .proton: 2212
    case .electron: 11
    case .photon: 22
    }
  }

  /// Rest mass in MeV.
  var mass: Double {
    switch self {
    case .muon: 105.66
    case .pion: 139.57
    case .proton: 938.27
    case .electron: Argon.electronMass
    case .photon: 0
    }
  }

  /// Mean energy loss by ionisation of a track with `energy` MeV left, in MeV/cm.
  ///
  /// Near its end a heavy track follows dE/dx = A·Rᵇ in its residual range R, which makes the
  /// energy A·R¹⁺ᵇ/(1 + b) (ArgoNeuT, JINST 8 P08005); elsewhere it is minimum ionising.
  func energyLoss(at energy: Double) -> Double {
    let (amplitude, exponent): (Double, Double)
    switch self {
    case .muon, .pion: (amplitude, exponent) = (8, -0.37)
    case .proton: (amplitude, exponent) = (17, -0.42)
    case .electron, .photon: return Argon.minimumLoss
    }
    let range = pow(max(energy, 0.05) * (1 + exponent) / amplitude, 1 / (1 + exponent))
    return max(Argon.minimumLoss, amplitude * pow(range, exponent))
  }
}

/// What the particles travel through.
enum Argon {
  static let electronMass = 0.511
  /// Energy loss of a minimum ionising particle, MeV/cm.
  static let minimumLoss = 2.1
  static let radiationLength = 14.0
  /// Width of the energy loss per centimetre (Landau's ξ), and at once the number of knock-on
  /// electrons per centimetre above 1 MeV, for a relativistic particle: K/2 · Z/A · ρ in MeV/cm.
  static let straggling = 0.0965

  /// Fraction of the ionisation that escapes recombination at 500 V/cm (Birks' law with ICARUS'
  /// parameters, NIM A 523 (2004) 275).
  static func survivingFraction(energyLoss: Double) -> Double {
    0.8 / (1 + 0.0486 * energyLoss / (1.396 * 0.5))
  }

  /// Mean distance a photon of `energy` MeV travels, in cm (read off the NIST tables).
  static func photonFreePath(energy: Double) -> Double {
    switch energy {
    case ..<0.3: 7
    case ..<1: 11
    case ..<3: 19
    case ..<20: 29
    default: 20
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
