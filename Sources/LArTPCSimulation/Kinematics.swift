import Foundation
import Tensors

/// Energy and momentum in MeV.
struct FourMomentum {
  var energy: Double
  var momentum: Vector

  init(energy: Double, momentum: Vector) {
    self.energy = energy
    self.momentum = momentum
  }

  /// That of a particle.
  init(of particle: Particle) {
    self.init(
      energy: particle.energy + particle.kind.mass,
      momentum: particle.momentum * particle.direction)
  }

  static func + (left: FourMomentum, right: FourMomentum) -> FourMomentum {
    FourMomentum(
      energy: left.energy + right.energy, momentum: left.momentum + right.momentum)
  }

  var massSquared: Double { energy * energy - (momentum * momentum).sum() }

  var velocity: Vector { momentum / energy }

  /// The same as seen from where things move by `velocity`: from their rest frame to ours.
  func boosted(by velocity: Vector) -> FourMomentum {
    let squared = (velocity * velocity).sum()
    guard squared > 0, squared < 1 else { return self }
    let gamma = 1 / (1 - squared).squareRoot()
    let along = (velocity * momentum).sum()
    let factor = (gamma - 1) * along / squared + gamma * energy
    return FourMomentum(energy: gamma * (energy + along), momentum: momentum + factor * velocity)
  }

  /// Decays into two masses, the first of which leaves along a direction in the rest frame.
  func decay(
    into first: Double, _ second: Double, along direction: Vector
  ) -> (FourMomentum, FourMomentum) {
    let mass = max(massSquared, 0).squareRoot()
    let momentum = Self.breakup(of: mass, into: first, second)
    let one = FourMomentum(
      energy: hypot(first, momentum), momentum: momentum * direction)
    let other = FourMomentum(
      energy: hypot(second, momentum), momentum: -momentum * direction)
    return (one.boosted(by: velocity), other.boosted(by: velocity))
  }

  /// The momentum of both halves of a mass at rest; 0 when it is too small.
  static func breakup(of mass: Double, into first: Double, _ second: Double) -> Double {
    guard mass > first + second else { return 0 }
    let sum = first + second
    let difference = first - second
    return ((mass * mass - sum * sum) * (mass * mass - difference * difference)).squareRoot()
      / (2 * mass)
  }

  /// A particle with this momentum.
  func particle(_ kind: Particle.Kind, at position: Vector) -> Particle {
    Particle(
      kind: kind, energy: max(energy - kind.mass, 0), position: position,
      direction: momentum.normalized)
  }
}

extension SIMD3<Double> {
  /// A direction at an angle of known cosine from this one, turned around it by an azimuth.
  func tilted(cosine: Double, azimuth: Double) -> Vector {
    let helper: Vector = abs(x) < 0.7 ? [1, 0, 0] : [0, 1, 0]
    let across = (helper - (helper * self).sum() * self).normalized
    let other = Vector(
      y * across.z - z * across.y, z * across.x - x * across.z, x * across.y - y * across.x)
    let sine = Swift.max(0, 1 - cosine * cosine).squareRoot()
    return (cosine * self + sine * (cos(azimuth) * across + sin(azimuth) * other)).normalized
  }
}

extension RandomStream {
  /// A direction, all being alike.
  mutating func direction() -> Vector {
    let cosine = uniform(in: -1...1)
    let azimuth = uniform(in: 0...(2 * .pi))
    let sine = max(0, 1 - cosine * cosine).squareRoot()
    return [sine * cos(azimuth), sine * sin(azimuth), cosine]
  }

  /// A proton or a neutron, as argon has them: 18 and 22.
  mutating func nucleon() -> Particle.Kind { uniform() < 18.0 / 40 ? .proton : .neutron }
}
