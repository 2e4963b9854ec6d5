import Foundation
import Tensors

/// Follows particles through the argon and records where they leave energy.
///
/// Continuous loss with Landau-like fluctuations, multiple scattering, knock-on electrons, decay
/// electrons of stopped muons, bremsstrahlung, pair production and Compton scattering. Hadronic
/// interactions are left out. A particle ends where it stops or leaves the active volume.
///
/// Cost: one step of 1.5 mm is a few hundred nanoseconds; a muon that crosses the detector takes
/// some 3000 steps, a shower of 1 GeV about as many.
struct Transport {
  let detector: Detector
  var random: RandomStream
  private(set) var deposits: [Deposit] = []
  private var pending: [Particle] = []

  /// Length of a step in cm: half a wire pitch.
  private let stepLength = 0.15
  /// Knock-on electrons and bremsstrahlung below this energy (MeV) stay on the track.
  private let cut = 0.7
  /// Where particles are not followed any more (MeV).
  private let stop = 0.05

  init(detector: Detector, random: RandomStream) {
    self.detector = detector
    self.random = random
  }

  /// Follows a particle and everything it makes to the end.
  mutating func follow(_ particle: Particle) {
    pending.append(particle)
    while let next = pending.popLast() {
      switch next.kind {
      case .muon, .pion, .proton: followHeavy(next)
      case .electron: followElectron(next)
      case .photon: followPhoton(next)
      }
    }
  }

  // MARK: Charged particles

  private mutating func followHeavy(_ start: Particle) {
    var particle = start
    while particle.energy > stop, detector.contains(particle.position) {
      step(&particle)
      if particle.kind != .proton { knockOn(along: particle, stepLength) }
    }
    if particle.kind == .muon, particle.energy <= stop, detector.contains(particle.position) {
      // Michel's spectrum rises nearly linearly to its end at 52.8 MeV.
      let energy = 52.8 * max(random.uniform(), random.uniform())
      pending.append(
        Particle(
          kind: .electron, energy: energy, position: particle.position,
          direction: isotropicDirection()))
    }
  }

  private mutating func followElectron(_ start: Particle) {
    var particle = start
    while particle.energy > stop, detector.contains(particle.position) {
      step(&particle)
      guard particle.energy > cut else { continue }
      let photons = 4.0 / 3 * log(particle.energy / cut) * stepLength / Argon.radiationLength
      if random.uniform() < photons {
        var photon = particle
        photon.kind = .photon
        photon.energy = cut * pow(particle.energy / cut, random.uniform())
        particle.energy -= photon.energy
        pending.append(photon)
      }
    }
  }

  /// One step: loses energy, scatters and moves.
  private mutating func step(_ particle: inout Particle) {
    let meanLoss = particle.kind.energyLoss(at: particle.energy)
    // Moyal's approximation of Landau's distribution, shifted to mean 0.
    let width = Argon.straggling * stepLength
    let normal = random.normal()
    let fluctuation = -log(max(normal * normal, 1e-12)) - 1.2704
    let planned = max(0.3 * meanLoss * stepLength, meanLoss * stepLength + width * fluctuation)
    let loss = min(planned, particle.energy)
    // A particle that stops within the step takes only part of it.
    let length = stepLength * loss / planned
    let middle = particle.position + 0.5 * length * particle.direction
    deposit(loss, at: middle, energyLoss: loss / max(length, 0.01))
    particle.position += length * particle.direction
    scatter(&particle, over: length)
    particle.energy = loss < planned ? 0 : particle.energy - loss
  }

  /// Highland's formula for the angle of multiple scattering.
  private mutating func scatter(_ particle: inout Particle, over length: Double) {
    let total = particle.energy + particle.kind.mass
    let momentumTimesVelocity = max(total - particle.kind.mass * particle.kind.mass / total, 0.1)
    let angle = 13.6 / momentumTimesVelocity * (length / Argon.radiationLength).squareRoot()
    let kick = Vector(random.normal(), random.normal(), random.normal())
    particle.direction = (particle.direction + min(angle, 1) * kick).normalized
  }

  /// Knock-on electrons: dN/dT = straggling / T², above the cut.
  private mutating func knockOn(along particle: Particle, _ length: Double) {
    guard random.uniform() < Argon.straggling / cut * length else { return }
    let gamma = 1 + particle.energy / particle.kind.mass
    let highest = 2 * Argon.electronMass * (gamma * gamma - 1)
    let energy = cut / (1 - random.uniform())
    guard energy < min(highest, particle.energy) else { return }
    let cosine = (energy / (energy + 2 * Argon.electronMass)).squareRoot()
    pending.append(
      Particle(
        kind: .electron, energy: energy, position: particle.position,
        direction: tilted(particle.direction, cosine: cosine)))
  }

  // MARK: Photons

  private mutating func followPhoton(_ start: Particle) {
    var photon = start
    while true {
      photon.position +=
        random.exponential() * Argon.photonFreePath(energy: photon.energy) * photon.direction
      guard detector.contains(photon.position) else { return }
      if photon.energy < 0.15 {
        deposit(photon.energy, at: photon.position, energyLoss: 4)
        return
      }
      if photon.energy > 1.5, random.uniform() < photon.energy / (photon.energy + 14) {
        producePair(photon)
        return
      }
      scatterOffElectron(&photon)
    }
  }

  private mutating func producePair(_ photon: Particle) {
    let available = photon.energy - 2 * Argon.electronMass
    let share = random.uniform()
    for energy in [share * available, (1 - share) * available] {
      var electron = photon
      electron.kind = .electron
      electron.energy = energy
      pending.append(electron)
    }
  }

  private mutating func scatterOffElectron(_ photon: inout Particle) {
    let before = photon.energy
    let highest = 2 * before * before / (Argon.electronMass + 2 * before)
    let given = highest * random.uniform()
    let after = before - given
    let cosine = 1 - Argon.electronMass * (1 / after - 1 / before)
    let direction = tilted(photon.direction, cosine: min(max(cosine, -1), 1))
    let recoil = (before * photon.direction - after * direction).normalized
    pending.append(
      Particle(kind: .electron, energy: given, position: photon.position, direction: recoil))
    photon.energy = after
    photon.direction = direction
  }

  // MARK: Small change

  private mutating func deposit(_ energy: Double, at position: Vector, energyLoss: Double) {
    guard energy > 0, detector.contains(position) else { return }
    let charge = energy * Argon.survivingFraction(energyLoss: energyLoss)
    deposits.append(Deposit(position: position, energy: energy, charge: charge))
  }

  /// A direction at an angle of known cosine from another, anywhere around it.
  private mutating func tilted(_ direction: Vector, cosine: Double) -> Vector {
    let helper: Vector = abs(direction.x) < 0.7 ? [1, 0, 0] : [0, 1, 0]
    let across = (helper - (helper * direction).sum() * direction).normalized
    let other = Vector(
      direction.y * across.z - direction.z * across.y,
      direction.z * across.x - direction.x * across.z,
      direction.x * across.y - direction.y * across.x)
    let azimuth = random.uniform(in: 0...(2 * .pi))
    let sine = max(0, 1 - cosine * cosine).squareRoot()
    return (cosine * direction + sine * (cos(azimuth) * across + sin(azimuth) * other)).normalized
  }

  private mutating func isotropicDirection() -> Vector {
    tilted([0, 0, 1], cosine: random.uniform(in: -1...1))
  }
}
