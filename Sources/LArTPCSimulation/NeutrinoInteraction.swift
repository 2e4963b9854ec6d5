import Foundation
import LArCV
import Tensors

/// What comes out of a neutrino interaction: a lepton, nucleons, perhaps a pion, and the soft
/// photons of the nucleus.
///
/// Multiplicities and energies are drawn from simple shapes that look like the booster beam's (mean
/// energy 0.9 GeV); they conserve energy roughly, not momentum.
struct NeutrinoInteraction {
  enum Channel: CaseIterable, Sendable {
    case muonNeutrino
    case electronNeutrino
    case neutralCurrent
  }

  let channel: Channel
  let products: [Particle]
  /// Where it happened.
  let vertex: Vector
  /// The neutrino's energy in MeV.
  let energy: Double

  init(in detector: Detector, _ random: inout RandomStream) {
    let choice = random.uniform()
    channel = choice < 0.45 ? .muonNeutrino : choice < 0.85 ? .electronNeutrino : .neutralCurrent
    let vertex = Vector(
      random.uniform(in: -1...1) * detector.halfWidth,
      random.uniform(in: -1...1) * detector.halfHeight,
      random.uniform() * detector.length)
    // The sum of three exponentials: mean 0.95 GeV with a tail to 3 GeV.
    var energy = 200.0
    for _ in 0..<3 { energy += 250 * random.exponential() }

    var products: [Particle] = []
    func emit(_ kind: Particle.Kind, _ energy: Double, spread: Double) {
      let kick = Vector(random.normal(), random.normal(), random.normal())
      let direction = (Vector(0, 0, 1) + spread * kick).normalized
      products.append(
        Particle(kind: kind, energy: energy, position: vertex, direction: direction))
    }

    let transferred = 0.15 + 0.5 * random.uniform()
    switch channel {
    case .muonNeutrino: emit(.muon, max((1 - transferred) * energy - 105, 20), spread: 0.35)
    case .electronNeutrino: emit(.electron, (1 - transferred) * energy, spread: 0.35)
    case .neutralCurrent: break
    }
    var hadronic = transferred * energy
    if hadronic > 280, random.uniform() < 0.6 {
      let pion = 0.6 * (hadronic - 140) * random.uniform()
      hadronic -= pion + 140
      if random.uniform() < 0.6 {
        emit(.pion, pion, spread: 0.6)
      } else {
        let share = random.uniform(in: 0.1...0.9)
        emit(.photon, share * (pion + 135), spread: 0.5)
        emit(.photon, (1 - share) * (pion + 135), spread: 0.5)
      }
    }
    let protons = 1 + random.poisson(mean: 0.8)
    for _ in 0..<protons {
      emit(.proton, hadronic * random.uniform() / Double(protons), spread: 0.8)
    }
    for _ in 0..<random.poisson(mean: 8) {
      emit(.photon, 0.5 + 2 * random.exponential(), spread: 10)
    }
    self.products = products
    self.vertex = vertex
    self.energy = energy
  }
}
