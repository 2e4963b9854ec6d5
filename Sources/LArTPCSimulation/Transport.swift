import Foundation
import Tensors

/// Follows particles through the argon and records where they leave energy.
///
/// Ionisation with single collisions, so that Landau's fluctuations come out at any length of a step;
/// knock-on electrons, multiple scattering, bremsstrahlung, pair production, Compton scattering,
/// annihilation, hadronic interactions, and decays of what stops. A particle ends where it stops or
/// leaves the active volume.
///
/// Cost: a step of 2 mm is some hundred nanoseconds; a muon that crosses the detector takes some
/// 2000 steps, a shower of 1 GeV as many.
struct Transport {
  let detector: Detector
  var random: RandomStream
  private(set) var deposits: [Deposit] = []
  var pending: [Particle] = []
  private let powers = StoppingPowers.shared

  /// Longest step in cm: two thirds of a wire's pitch.
  private let longestStep = 0.2
  /// A step takes at most this share of the energy.
  private let largestShare = 0.2
  /// Particles that would stop within this many cm do so at once.
  private let shortestRange = 0.02
  /// Photons radiated below this energy (MeV) stay on the track.
  private let radiationLimit = 0.2

  init(detector: Detector, random: RandomStream) {
    self.detector = detector
    self.random = random
  }

  /// Forgets all deposits, and goes on with other random numbers.
  mutating func begin(_ random: RandomStream) {
    deposits.removeAll(keepingCapacity: true)
    self.random = random
  }

  /// Follows a particle and everything it makes to the end.
  mutating func follow(_ particle: Particle) {
    pending.append(particle)
    while let next = pending.popLast() {
      switch next.kind {
      case .photon: followPhoton(next)
      case .neutron: followNeutron(next)
      case .neutralPion: decayNeutralPion(next)
      case .electronNeutrino, .muonNeutrino: break
      default: if let power = powers[next.kind] { followCharged(next, power) }
      }
    }
  }

  /// How many more interactions of each sort lie between a particle and its next one.
  ///
  /// Exponential deviates, from which each step takes the number it expects: right however the
  /// expectation changes along the way.
  private struct Outlook {
    var collision: Double
    var radiation: Double
    var nuclear: Double
  }

  private mutating func followCharged(_ start: Particle, _ power: StoppingPower) {
    var particle = start
    var outlook = Outlook(
      collision: random.exponential(), radiation: random.exponential(),
      nuclear: random.exponential())
    let interactionLength = particle.kind.interactionLength
    while detector.contains(particle.position) {
      let loss = power.loss(at: particle.energy)
      guard particle.energy > shortestRange * loss.track else {
        deposit(particle.energy, at: particle.position, energyLoss: loss.track)
        stop(particle)
        return
      }
      let length = min(longestStep, largestShare * particle.energy / loss.track)
      step(&particle, length, softLoss: loss.soft, &outlook)
      if interactionLength < .infinity {
        outlook.nuclear -= length / interactionLength
        if outlook.nuclear < 0 {
          interact(particle)
          return
        }
      }
    }
  }

  /// One step: loses energy, moves, scatters and radiates.
  private mutating func step(
    _ particle: inout Particle, _ length: Double, softLoss: Double, _ outlook: inout Outlook
  ) {
    let mass = particle.kind.mass
    let gamma = 1 + particle.energy / mass
    let betaSquared = 1 - 1 / (gamma * gamma)
    let straggling = Argon.straggling * length / betaSquared
    // Soft collisions are many: what their sum varies by matters, not its shape.
    let width = (straggling * StoppingPower.softLimit).squareRoot()
    var loss = max(0.5 * softLoss * length, softLoss * length + width * deviate())
    loss += collide(&particle, straggling, betaSquared: betaSquared, &outlook)
    loss = min(loss, particle.energy)
    let middle = particle.position + 0.5 * length * particle.direction
    deposit(loss, at: middle, energyLoss: loss / length)
    particle.position += length * particle.direction
    scatter(&particle, over: length)
    particle.energy -= loss
    radiate(&particle, over: length, &outlook)
  }

  /// A deviate of mean 0 and width 1 that is cheap: uniform.
  @inline(__always)
  private mutating func deviate() -> Double { 3.464_101_6 * (random.uniform() - 0.5) }

  /// Highland's formula for the angle of multiple scattering without its logarithm, which is 0 for a
  /// segment of one radiation length (as MicroBooNE uses it, JINST 12 (2017) P10010).
  private mutating func scatter(_ particle: inout Particle, over length: Double) {
    let total = particle.energy + particle.kind.mass
    let momentumTimesVelocity = max(total - particle.kind.mass * particle.kind.mass / total, 0.05)
    let angle = 13.6 / momentumTimesVelocity * (length / Argon.radiationLength).squareRoot()
    let kick = Vector(deviate(), deviate(), deviate())
    particle.direction = (particle.direction + min(angle, 1) * kick).normalized
  }

  /// Hard collisions with electrons, dN/dε = ξ/ε² (1 - β² ε/ε_max): returns what they leave on the
  /// track; the larger ones knock on electrons of their own.
  private mutating func collide(
    _ particle: inout Particle, _ straggling: Double, betaSquared: Double, _ outlook: inout Outlook
  ) -> Double {
    let largest = StoppingPower.largestTransfer(mass: particle.kind.mass, energy: particle.energy)
    guard largest > StoppingPower.softLimit else { return 0 }
    let span = 1 - StoppingPower.softLimit / largest
    outlook.collision -= straggling / StoppingPower.softLimit * span
    var loss = 0.0
    while outlook.collision < 0 {
      outlook.collision += random.exponential()
      let energy = StoppingPower.softLimit / (1 - span * random.uniform())
      guard random.uniform() > betaSquared * energy / largest else { continue }
      if energy < StoppingPower.trackingLimit || energy > particle.energy - loss {
        loss += energy
        continue
      }
      let cosine = (energy / (energy + 2 * Argon.electronMass)).squareRoot()
      pending.append(
        Particle(
          kind: .electron, energy: energy, position: particle.position,
          direction: tilted(particle.direction, cosine: cosine)))
      particle.energy -= energy
    }
    return loss
  }

  /// Bremsstrahlung, dN/dk = (4/3 - 4/3 y + y²)/(X₀ k) with y = k/E (PDG).
  ///
  /// That of muons is smaller by the square of the masses' ratio. Softer photons than
  /// ``radiationLimit`` are left out.
  private mutating func radiate(
    _ particle: inout Particle, over length: Double, _ outlook: inout Outlook
  ) {
    guard particle.energy > 2 * radiationLimit, particle.kind.radiation > 0 else { return }
    let ratio = particle.energy / radiationLimit
    // The logarithm to the base 2 within 0.09, from the number's own exponent.
    let octaves = Double(ratio.exponent) + ratio.significand - 1
    outlook.radiation -=
      4.0 / 3 * 0.693_15 * (octaves + 0.06) * length / Argon.radiationLength
      * particle.kind.radiation
    while outlook.radiation < 0, particle.energy > 2 * radiationLimit {
      outlook.radiation += random.exponential()
      let share = pow(radiationLimit / particle.energy, random.uniform())
      guard random.uniform() < 1 - share + 0.75 * share * share else { continue }
      var photon = particle
      photon.kind = .photon
      photon.energy = share * particle.energy
      particle.energy -= photon.energy
      pending.append(photon)
    }
  }

  // MARK: Small change

  mutating func deposit(_ energy: Double, at position: Vector, energyLoss: Double) {
    guard energy > 0, detector.contains(position) else { return }
    let charge = energy * Argon.survivingFraction(energyLoss: energyLoss)
    deposits.append(Deposit(position: position, energy: energy, charge: charge))
  }

  /// A direction at an angle of known cosine from another, anywhere around it.
  mutating func tilted(_ direction: Vector, cosine: Double) -> Vector {
    direction.tilted(cosine: cosine, azimuth: random.uniform(in: 0...(2 * .pi)))
  }
}

extension Particle.Kind {
  /// Bremsstrahlung relative to that of electrons.
  fileprivate var radiation: Double {
    switch self {
    case .electron, .positron: 1
    case .muon, .antimuon: 2.34e-5
    default: 0
    }
  }

  /// Mean distance between nuclear interactions in cm.
  ///
  /// That of pions is a cross section of 0.65 barn at some hundred MeV, without elastic scattering
  /// (LArIAT, Phys. Rev. D 106 (2022) 052009); that of protons is the nuclear interaction length.
  fileprivate var interactionLength: Double {
    switch self {
    case .positivePion, .negativePion: 73
    case .proton: Argon.nuclearInteractionLength
    default: .infinity
    }
  }
}
