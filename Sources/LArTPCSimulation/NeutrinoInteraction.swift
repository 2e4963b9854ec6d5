import Foundation
import LArCV
import Tensors

/// What comes out of a neutrino interaction in argon.
///
/// Quasi-elastic scattering, production of one pion through the Δ, and of two pions through heavier
/// states, on a moving bound nucleon; energy and momentum are conserved up to what the nucleus takes.
/// Kinematics follow the momentum transfer's dipole form; hadrons may interact as they leave.
struct NeutrinoInteraction {
  /// The neutrino's flavour and the current it interacts by.
  enum Channel: Sendable {
    case muonNeutrino
    case electronNeutrino
    case neutralCurrent

    /// Share of interactions that are charged currents of muon neutrinos.
    ///
    /// Shares are balanced for training, so that a network sees much of every kind: in a beam, charged
    /// currents of electron neutrinos are some percent of those of muon neutrinos.
    static let muonNeutrinoShare = 0.45
    /// Share of charged currents of electron neutrinos; the others are neutral currents.
    static let electronNeutrinoShare = 0.40

    /// A channel by its share.
    static func drawn(_ random: inout RandomStream) -> Channel {
      let choice = random.uniform()
      if choice < muonNeutrinoShare { return .muonNeutrino }
      if choice < muonNeutrinoShare + electronNeutrinoShare { return .electronNeutrino }
      return .neutralCurrent
    }
  }

  /// How the nucleon was struck.
  enum Process: Sendable {
    case quasiElastic
    case onePion
    case twoPions
  }

  let channel: Channel
  /// Number of the process in LArSoft's list, which is nuance's.
  let code: Int
  /// What leaves the nucleus, the lepton first.
  let products: [Particle]
  /// Where it happened.
  let vertex: Vector
  /// The neutrino's energy in MeV.
  let energy: Double

  init(in detector: Detector, _ random: inout RandomStream) {
    channel = .drawn(&random)
    vertex = Vector(
      random.uniform(in: -1...1) * detector.halfWidth,
      random.uniform(in: -1...1) * detector.halfHeight,
      random.uniform() * detector.length)
    while true {
      let energy = Self.energy(channel, &random)
      var collision = NeutrinoCollision(channel, energy: energy, at: vertex)
      guard collision.attempt(&random) else { continue }
      self.energy = energy
      code = collision.code
      products = [collision.lepton] + collision.hadrons.flatMap { Nucleus.escape($0, &random) }
      return
    }
  }

  /// The energy of an interacting neutrino in MeV: shapes like the booster beam's flux times the cross
  /// section (mean 0.95 GeV for muon neutrinos, 1.2 GeV for those of electrons, from kaons).
  private static func energy(_ channel: Channel, _ random: inout RandomStream) -> Double {
    let scale = channel == .electronNeutrino ? 330.0 : 250
    return 200 + scale * (random.exponential() + random.exponential() + random.exponential())
  }
}
