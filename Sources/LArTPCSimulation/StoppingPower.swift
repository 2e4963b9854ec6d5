import Foundation

/// Mean energy loss of one kind of charged particle by ionisation, tabulated.
///
/// Collisions that transfer more than ``softLimit`` are made one by one (``Transport``); the rest is the
/// continuous loss. The table has sixteen entries for each doubling of the energy, found without a
/// logarithm: the error of the interpolation is below 10⁻³.
///
/// Source: PDG, "Passage of particles through matter", Bethe's formula for restricted energy loss with
/// the density effect. Electrons are treated as heavy particles whose largest transfer is half their
/// energy, which is within a few percent of ESTAR.
struct StoppingPower: Sendable {
  /// Transfers above this are collisions of their own, in MeV.
  static let softLimit = 0.02
  /// Electrons knocked on with more than this are followed, in MeV: they travel a wire's pitch.
  static let trackingLimit = 0.7

  /// Loss by transfers below ``softLimit`` and below ``trackingLimit``, MeV/cm.
  private let entries: [SIMD2<Double>]

  init(mass: Double) {
    entries = (0...Self.entryCount).map { index in
      let energy = Self.energy(ofEntry: index)
      return SIMD2(
        Self.restrictedLoss(mass: mass, energy: energy, limit: Self.softLimit),
        Self.restrictedLoss(mass: mass, energy: energy, limit: Self.trackingLimit))
    }
  }

  /// Mean losses at a kinetic energy in MeV: by soft transfers alone, and by all that stay on the
  /// track; MeV/cm.
  @inline(__always)
  func loss(at energy: Double) -> (soft: Double, track: Double) {
    let energy = min(max(energy, Self.lowest), Self.highest)
    let bits = energy.bitPattern
    let index = Int(bits >> 48) - Self.firstEntry
    let fraction = Double(bits & 0xFFFF_FFFF_FFFF) * 0x1p-48
    let entry = entries[index] + fraction * (entries[index + 1] - entries[index])
    return (entry.x, entry.y)
  }

  // The upper sixteen bits of a number are its exponent and sixteen steps of its mantissa.
  private static let lowest = 0x1p-5
  private static let highest = 0x1p27
  private static let firstEntry = Int(lowest.bitPattern >> 48)
  private static let entryCount = Int(highest.bitPattern >> 48) - firstEntry + 1

  private static func energy(ofEntry index: Int) -> Double {
    Double(bitPattern: UInt64(firstEntry + index) << 48)
  }

  /// The largest energy that a particle can give to an electron, in MeV.
  @inline(__always)
  static func largestTransfer(mass: Double, energy: Double) -> Double {
    if mass == Argon.electronMass { return 0.5 * energy }
    let gamma = 1 + energy / mass
    let ratio = Argon.electronMass / mass
    return 2 * Argon.electronMass * (gamma * gamma - 1) / (1 + 2 * gamma * ratio + ratio * ratio)
  }

  /// Bethe's formula for transfers below a limit, MeV/cm.
  static func restrictedLoss(mass: Double, energy: Double, limit: Double) -> Double {
    let gamma = 1 + energy / mass
    let betaGamma = (gamma * gamma - 1).squareRoot()
    let betaSquared = 1 - 1 / (gamma * gamma)
    let largest = largestTransfer(mass: mass, energy: energy)
    let limit = min(limit, largest)
    let argument =
      2 * Argon.electronMass * betaGamma * betaGamma * limit
      / (Argon.meanExcitation * Argon.meanExcitation)
    // Where the formula ends, far below what is followed, the loss stays that of its last energy.
    let number =
      0.5 * log(max(argument, 4)) - 0.5 * betaSquared * (1 + limit / largest)
      - 0.5 * Argon.densityEffect(betaGamma: betaGamma)
    return 2 * Argon.straggling / betaSquared * max(number, 0.1)
  }
}

/// The tables of all kinds that ionise.
struct StoppingPowers: Sendable {
  private let electron = StoppingPower(mass: Argon.electronMass)
  private let muon = StoppingPower(mass: Particle.Kind.muon.mass)
  private let pion = StoppingPower(mass: Particle.Kind.positivePion.mass)
  private let proton = StoppingPower(mass: Particle.Kind.proton.mass)

  static let shared = StoppingPowers()

  /// The table of a kind; nothing for neutral ones.
  subscript(kind: Particle.Kind) -> StoppingPower? {
    switch kind {
    case .electron, .positron: electron
    case .muon, .antimuon: muon
    case .positivePion, .negativePion: pion
    case .proton: proton
    default: nil
    }
  }
}
