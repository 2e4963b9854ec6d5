import Foundation
import Tensors

/// The argon nucleus as neutrinos see it: nucleons that move, and that hadrons meet on their way out.
///
/// The numbers are those of GENIE's (arXiv:1510.05494).
enum Nucleus {
  /// Momentum of the fastest nucleons in MeV.
  static let fermiMomentum = 250.0
  /// Energy it takes to remove a nucleon in MeV.
  static let removalEnergy = 29.5

  /// A bound nucleon: it has its momentum, but less energy than it would have outside.
  static func nucleon(
    _ kind: Particle.Kind, _ random: inout RandomStream
  ) -> FourMomentum {
    let momentum = fermiMomentum * cbrt(random.uniform()) * random.direction()
    let energy = (kind.mass * kind.mass + (momentum * momentum).sum()).squareRoot()
    return FourMomentum(energy: energy - removalEnergy, momentum: momentum)
  }

  /// What leaves the nucleus when a hadron is made in it.
  ///
  /// A third of the nucleons knock out another and share their energy with it; a quarter of the pions
  /// are absorbed by three nucleons.
  static func escape(
    _ hadron: Particle, _ random: inout RandomStream
  ) -> [Particle] {
    let chance = random.uniform()
    switch hadron.kind {
    case .proton, .neutron:
      let available = hadron.energy - removalEnergy
      guard chance < 0.33, available > 0 else { return [hadron] }
      return share(available, among: [hadron.kind, random.nucleon()], like: hadron, &random)
    case .positivePion, .negativePion, .neutralPion:
      guard chance < 0.25 else { return [hadron] }
      let available = hadron.energy + hadron.kind.mass - 3 * removalEnergy
      return share(
        max(available, 0), among: (0..<3).map { _ in random.nucleon() }, like: hadron, &random)
    default: return [hadron]
    }
  }

  /// Shares energy at random among nucleons, which keep a trace of the hadron's direction.
  private static func share(
    _ energy: Double, among kinds: [Particle.Kind], like hadron: Particle,
    _ random: inout RandomStream
  ) -> [Particle] {
    let shares = kinds.map { _ in random.exponential() }
    let total = shares.reduce(0, +)
    return zip(kinds, shares).map { kind, share in
      Particle(
        kind: kind, energy: energy * share / total, position: hadron.position,
        direction: (0.7 * hadron.direction + random.direction()).normalized)
    }
  }
}
