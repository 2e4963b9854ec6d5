import Foundation

/// Nuclear interactions, and what becomes of particles at rest.
///
/// A cascade within a nucleus is reduced to who comes out of it: nucleons that share what a hadron
/// brings, and a pion that goes on, changes its charge or is absorbed.
extension Transport {
  /// Energy it takes to free a nucleon, in MeV.
  private var separation: Double { 8 }

  /// What becomes of a particle that has come to rest.
  mutating func stop(_ particle: Particle) {
    switch particle.kind {
    case .positron: annihilate(particle)
    case .antimuon: decayMuon(particle)
    case .muon:
      // Argon captures three muons of four before they decay; what the nucleus emits is mostly neutrons
      // (Suzuki, Measday, Roalsvig, Phys. Rev. C 35 (1987) 2212).
      if random.uniform() < 0.27 { decayMuon(particle) } else { emitNucleons(20, 1, at: particle) }
    case .positivePion:
      emit(.antimuon, 4.12, random.direction(), at: particle)
    case .negativePion: emitNucleons(100, 3, at: particle)
    default: break
    }
  }

  /// Michel's spectrum, x²(3 - 2x) with x the energy in units of its end at 52.8 MeV.
  private mutating func decayMuon(_ muon: Particle) {
    var share = 0.0
    repeat { share = random.uniform() } while random.uniform() > share * share * (3 - 2 * share)
    let kind: Particle.Kind = muon.kind == .muon ? .electron : .positron
    emit(kind, 52.83 * share, random.direction(), at: muon)
  }

  /// A nuclear interaction of a charged hadron.
  mutating func interact(_ particle: Particle) {
    guard particle.kind != .proton else {
      shareOut(particle)
      return
    }
    // Shares of absorption, charge exchange and inelastic scattering near 300 MeV: Ashery et al.,
    // Phys. Rev. C 23 (1981) 2173.
    let choice = random.uniform()
    if choice < 0.4 {
      emitNucleons(particle.energy + particle.kind.mass, 3, at: particle)
    } else if choice < 0.55 {
      emit(.neutralPion, 0.8 * particle.energy, scattered(particle), at: particle)
      emitNucleons(0.2 * particle.energy, 1, at: particle)
    } else {
      let kept = random.uniform(in: 0.4...1)
      emit(particle.kind, kept * particle.energy, scattered(particle), at: particle)
      emitNucleons((1 - kept) * particle.energy, 1, at: particle)
    }
  }

  /// A neutron flies from nucleus to nucleus; slow ones are seen no more.
  ///
  /// Inelastic collisions free nucleons or leave an excited nucleus whose photons, of 1.46 MeV and
  /// more, Compton scatter nearby (Castiglioni et al., Phys. Rev. D 102 (2020) 092010).
  mutating func followNeutron(_ start: Particle) {
    var neutron = start
    guard neutron.energy > 2 else { return }
    neutron.position +=
      random.exponential() * Argon.nuclearInteractionLength * neutron.direction
    guard detector.contains(neutron.position) else { return }
    if neutron.energy > 20 { return shareOut(neutron) }
    emit(.photon, 1.46, random.direction(), at: neutron)
    if neutron.energy > 6 {
      emit(.photon, 0.5 + random.exponential(), random.direction(), at: neutron)
    }
    emit(.neutron, 0.5 * (neutron.energy - 2), random.direction(), at: neutron)
  }

  /// A nucleon shares its energy with one that it knocks out, and leaves the nucleus excited.
  private mutating func shareOut(_ nucleon: Particle) {
    let available = nucleon.energy - separation - 5 * random.exponential()
    emit(.photon, 1.46, random.direction(), at: nucleon)
    guard available > 0 else { return }
    let share = random.uniform()
    emit(nucleon.kind, share * available, scattered(nucleon), at: nucleon)
    emit(random.nucleon(), (1 - share) * available, scattered(nucleon), at: nucleon)
  }

  /// A number of nucleons share an energy at random, in all directions.
  private mutating func emitNucleons(_ energy: Double, _ count: Int, at origin: Particle) {
    let shares = (0..<count).map { _ in random.exponential() }
    let available = max(0, energy - separation * Double(count))
    let total = shares.reduce(0, +) + random.exponential()
    for share in shares {
      emit(random.nucleon(), share / total * available, random.direction(), at: origin)
    }
  }

  /// Where a hadron goes after a nuclear interaction: forward when it is fast.
  private mutating func scattered(_ particle: Particle) -> Vector {
    // A transverse momentum of 0.3 GeV, as nucleons in a nucleus have.
    let kick = 300 / max(particle.momentum, 1)
    return
      (particle.direction
      + kick * Vector(random.normal(), random.normal(), random.normal()) / 1.7).normalized
  }

  private mutating func emit(
    _ kind: Particle.Kind, _ energy: Double, _ direction: Vector, at origin: Particle
  ) {
    guard energy > 0 else { return }
    pending.append(
      Particle(kind: kind, energy: energy, position: origin.position, direction: direction))
  }
}
