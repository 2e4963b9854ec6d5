import Foundation
import Tensors

/// Muons, electrons, positrons and photons from above, as they come at sea level.
///
/// The muons' spectrum and angles follow Gaisser's formula as modified for low energies and all
/// angles by Guan et al. (arXiv:1509.06176):
///
///     dI/dE ~ (E + 3.64/c^1.29)^-2.7 · (1/(1 + 1.1 E c/115) + 0.054/(1 + 1.1 E c/850))
///
/// with E in GeV and c the cosine of the zenith angle where the muon was made. Nothing covers the
/// detector.
struct CosmicRays {
  let detector: Detector

  /// Positive muons for each negative one (PDG, "Cosmic rays").
  private let chargeRatio = 1.28

  /// A muon where it enters the active volume, or nil if none was found in many attempts.
  ///
  /// Muons start uniformly on the plane of the detector's top, far beyond its edges, and those that miss
  /// are drawn again.
  func muon(_ random: inout RandomStream) -> Particle? {
    let margin = 6 * detector.halfHeight
    let extent = detector.halfWidth + margin
    for _ in 0..<10_000 {
      let (energy, cosine) = energyAndCosine(&random)
      let azimuth = random.uniform(in: 0...(2 * .pi))
      let sine = (1 - cosine * cosine).squareRoot()
      let direction = Vector(sine * cos(azimuth), -cosine, sine * sin(azimuth))
      let start = Vector(
        random.uniform(in: -extent...extent), detector.halfHeight,
        random.uniform(in: -margin...(detector.length + margin)))
      if let entry = detector.entry(from: start, along: direction) {
        let isPositive = random.uniform() < chargeRatio / (1 + chargeRatio)
        return Particle(
          kind: isPositive ? .antimuon : .muon, energy: energy, position: entry,
          direction: direction)
      }
    }
    return nil
  }

  /// Kinetic energy in MeV and cosine of the zenith angle of a muon through a horizontal surface.
  ///
  /// By rejection: the first factor of the spectrum has an integral that can be inverted, which goes as
  /// c^2.193 with the angle; the second factor is at most 1.054.
  private func energyAndCosine(_ random: inout RandomStream) -> (Double, Double) {
    while true {
      let cosine = random.uniform()
      let atOrigin = Self.cosineAtOrigin(cosine)
      guard random.uniform() < cosine * pow(atOrigin, 1.29 * 1.7) else { continue }
      let softening = 3.64 / pow(atOrigin, 1.29)
      let energy = softening * (pow(1 - random.uniform(), -1 / 1.7) - 1)
      let pions = 1 / (1 + 1.1 * energy * atOrigin / 115)
      let kaons = 0.054 / (1 + 1.1 * energy * atOrigin / 850)
      let kinetic = 1000 * energy - Particle.Kind.muon.mass
      guard kinetic > 0, random.uniform() * 1.054 < pions + kaons else { continue }
      return (kinetic, cosine)
    }
  }

  /// The cosine of the zenith angle where a muon was made: the earth is round (Chirkin,
  /// hep-ph/0407078).
  private static func cosineAtOrigin(_ cosine: Double) -> Double {
    let numerator =
      cosine * cosine + 0.102573 * 0.102573 - 0.068287 * pow(cosine, 0.958633)
      + 0.0407253 * pow(cosine, 0.817285)
    let denominator = 1 + 0.102573 * 0.102573 - 0.068287 + 0.0407253
    return min(max(numerator / denominator, 0), 1).squareRoot()
  }

  // MARK: Electrons and photons

  /// Electrons, positrons and photons of more than ``leastSoftEnergy`` for each muon, through the
  /// detector's top: intensities of 30 and 6 per m² s sr above 10 and 100 MeV, with 1.7 photons for each,
  /// beside 70 muons (PDG, "Cosmic rays"), which also come through the sides.
  let softPerMuon = 0.35
  private let leastSoftEnergy = 30.0

  /// An electron or a photon of an air shower where it enters the detector's top.
  func softParticle(_ random: inout RandomStream) -> Particle {
    // Integral spectra fall as E^-0.7 to 100 MeV, then as E^-1.5.
    var energy = leastSoftEnergy * pow(1 - random.uniform(), -1 / 0.7)
    if energy > 100 { energy = 100 * pow(energy / 100, 0.7 / 1.5) }
    let choice = random.uniform() * 2.7
    let kind: Particle.Kind = choice < 1.7 ? .photon : choice < 2.2 ? .electron : .positron
    // They are absorbed more the more air they cross: nearly cos³ of the zenith angle.
    let cosine = pow(random.uniform(), 0.2)
    let position = Vector(
      random.uniform(in: -1...1) * detector.halfWidth, detector.halfHeight - 1e-6,
      random.uniform() * detector.length)
    let down = Vector(0, -1, 0).tilted(
      cosine: cosine, azimuth: random.uniform(in: 0...(2 * .pi)))
    return Particle(kind: kind, energy: energy, position: position, direction: down)
  }

  /// When a particle comes, in μs relative to the spill: any time at which some of its charge could
  /// be read out together with the spill's.
  func arrival(_ random: inout RandomStream) -> Double {
    random.uniform(in: -detector.maximumDriftTime...detector.maximumDriftTime)
  }
}
