import Foundation

/// Photons, and what ends as photons.
extension Transport {
  /// Below this energy in MeV a photon is absorbed where it is.
  private var absorptionLimit: Double { 0.1 }

  mutating func followPhoton(_ start: Particle) {
    var photon = start
    while true {
      let pairs = Argon.pairs(energy: photon.energy)
      let total = pairs + Argon.comptonScatterings(energy: photon.energy)
      photon.position += random.exponential() / total * photon.direction
      guard detector.contains(photon.position) else { return }
      if random.uniform() * total < pairs {
        producePair(photon)
        return
      }
      scatterOffElectron(&photon)
      if photon.energy < absorptionLimit {
        deposit(photon.energy, at: photon.position, energyLoss: 4)
        return
      }
    }
  }

  /// Both share the energy uniformly, which is nearly what Bethe and Heitler's formula says.
  private mutating func producePair(_ photon: Particle) {
    let available = photon.energy - 2 * Argon.electronMass
    let share = random.uniform()
    for (kind, energy) in [
      (Particle.Kind.electron, share * available), (.positron, (1 - share) * available),
    ] {
      // Typical angles are the electron's mass over the photon's energy.
      let angle = min(Argon.electronMass / photon.energy, 1) * random.exponential()
      pending.append(
        Particle(
          kind: kind, energy: energy, position: photon.position,
          direction: tilted(photon.direction, cosine: cos(min(angle, 1)))))
    }
  }

  /// The formula of Klein and Nishina, by rejection from a uniform share of the scattered energy.
  private mutating func scatterOffElectron(_ photon: inout Particle) {
    let before = photon.energy
    let lowest = 1 / (1 + 2 * before / Argon.electronMass)
    var share = 1.0
    var cosine = 1.0
    repeat {
      // dσ/dε ~ (1/ε + ε) (1 - ε sin²θ/(1 + ε²)): the first factor by its two parts.
      let logarithm = -log(lowest)
      if random.uniform() * (logarithm + 0.5 * (1 - lowest * lowest)) < logarithm {
        share = exp(-logarithm * random.uniform())
      } else {
        share = (lowest * lowest + (1 - lowest * lowest) * random.uniform()).squareRoot()
      }
      cosine = 1 - Argon.electronMass / before * (1 / share - 1)
    } while random.uniform() > 1 - share * (1 - cosine * cosine) / (1 + share * share)
    let after = share * before
    let direction = tilted(photon.direction, cosine: min(max(cosine, -1), 1))
    let recoil = (before * photon.direction - after * direction).normalized
    pending.append(
      Particle(
        kind: .electron, energy: before - after, position: photon.position, direction: recoil))
    photon.energy = after
    photon.direction = direction
  }

  /// A positron at rest becomes two photons back to back.
  mutating func annihilate(_ positron: Particle) {
    let direction = random.direction()
    for direction in [direction, -direction] {
      pending.append(
        Particle(
          kind: .photon, energy: Argon.electronMass, position: positron.position,
          direction: direction))
    }
  }

  /// Two photons, back to back where the pion is at rest.
  mutating func decayNeutralPion(_ pion: Particle) {
    let (first, second) = FourMomentum(of: pion).decay(
      into: 0, 0, along: random.direction())
    for photon in [first, second] {
      pending.append(photon.particle(.photon, at: pion.position))
    }
  }
}
