import Foundation

/// Liquid argon at its boiling point, and electrons that drift through it at 500 V/cm.
///
/// Lengths in cm, energies in MeV, times in μs.
enum Argon {
  // Particle Data Group, "Atomic and nuclear properties of materials": liquid argon.
  static let density = 1.396
  static let chargePerMass = 18 / 39.948
  static let radiationLength = 14.0
  static let meanExcitation = 188.0e-6
  /// Distance between inelastic collisions of fast nucleons.
  static let nuclearInteractionLength = 85.7

  static let electronMass = 0.510_999
  /// The constant K of Bethe's formula, MeV cm²/mol (PDG, "Passage of particles through matter").
  static let bethe = 0.307_075
  /// Landau's ξ of a centimetre for β = 1: the number of electrons knocked on beyond ε is ξ/ε.
  static let straggling = 0.5 * bethe * chargePerMass * density

  /// The energy it takes to free an electron.
  ///
  /// Source: M. Miyajima et al., Phys. Rev. A 9 (1974) 1438.
  static let ionization = 23.6e-6

  /// Sternheimer's density effect δ for a particle of momentum βγ·mass (parameters of the PDG's muon
  /// tables).
  static func densityEffect(betaGamma: Double) -> Double {
    let x = log10(betaGamma)
    guard x >= 0.2 else { return 0 }
    let asymptote = 2 * log(10) * x - 5.2146
    return x < 3 ? asymptote + 0.19559 * pow(3 - x, 3) : asymptote
  }

  /// Fraction of the ionisation that escapes recombination where a track loses `energyLoss` MeV/cm:
  /// the modified box model with ArgoNeuT's parameters (JINST 8 (2013) P08005).
  static func survivingFraction(energyLoss: Double) -> Double {
    let field = 0.5
    let density = 0.212 * energyLoss / (density * field)
    // Below the model's reach, where its logarithm would end, it is nearly constant.
    guard density > 0.1 else { return survivingFraction(energyLoss: 0.34) }
    return log(0.93 + density) / density
  }

  // MARK: Photons

  /// Pairs made per cm by a photon of `energy` MeV: NIST XCOM, pairs in the fields of nuclei and
  /// electrons, interpolated in the logarithm of the energy.
  static func pairs(energy: Double) -> Double {
    guard energy > 1.1 else { return 0 }
    let place = max(0, 2 * log2(energy))
    let index = Int(place)
    guard index + 1 < pairTable.count else { return density * (pairTable.last ?? 0) }
    let fraction = place - Double(index)
    return density * (pairTable[index] + fraction * (pairTable[index + 1] - pairTable[index]))
  }

  /// cm²/g at 1, √2, 2, … MeV, to 1 GeV.
  private static let pairTable = [
    0, 0.0003, 0.0010, 0.0024, 0.0041, 0.0063, 0.0089, 0.0116, 0.0143, 0.0172, 0.0200, 0.0225,
    0.0250, 0.0270, 0.0289, 0.0304, 0.0318, 0.0330, 0.0340, 0.0348, 0.0363,
  ]

  /// Compton scatterings per cm of a photon of `energy` MeV: the formula of Klein and Nishina.
  static func comptonScatterings(energy: Double) -> Double {
    let k = energy / electronMass
    let growth = 1 + 2 * k
    let logarithm = log(growth)
    // 2π r² = 0.49893 barn; 0.60221 electrons per cm³ and barn for each mole.
    let perElectron =
      0.498_93
      * ((1 + k) / (k * k) * (2 * (1 + k) / growth - logarithm / k)
        + logarithm / (2 * k) - (1 + 3 * k) / (growth * growth))
    return 0.602_21 * chargePerMass * density * perElectron
  }
}

/// How electrons drift to the wires.
enum Drift {
  /// Diffusion along and across the drift in cm²/μs: the defaults of LArSoft (LArG4Parameters).
  static let longitudinalDiffusion = 6.2e-6
  static let transverseDiffusion = 16.3e-6
  /// Lifetime in μs that SBND's simulation assumes.
  static let lifetime = 10_000.0
}
