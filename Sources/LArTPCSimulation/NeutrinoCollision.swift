import Foundation
import Tensors

/// One neutrino meets one nucleon.
struct NeutrinoCollision {
  let channel: NeutrinoInteraction.Channel
  /// Of the neutrino, in MeV; it comes along z.
  let energy: Double
  let vertex: Vector
  private var process = NeutrinoInteraction.Process.quasiElastic
  private(set) var lepton: Particle
  private(set) var hadrons: [Particle] = []
  private var target = Particle.Kind.neutron

  /// The dipole's mass squared in MeV²: the axial mass is 1 GeV.
  private let dipole = 1.0e6

  init(_ channel: NeutrinoInteraction.Channel, energy: Double, at vertex: Vector) {
    self.channel = channel
    self.energy = energy
    self.vertex = vertex
    let kind: Particle.Kind =
      switch channel {
      case .muonNeutrino: .muon
      case .electronNeutrino: .electron
      case .neutralCurrent: .muonNeutrino
      }
    lepton = Particle(kind: kind, energy: 0, position: vertex, direction: [0, 0, 1])
  }

  /// Tries a nucleon, a process and a momentum transfer; false when they do not go together.
  mutating func attempt(_ random: inout RandomStream) -> Bool {
    process = chooseProcess(&random)
    target = random.nucleon()
    // A charged current of a neutrino turns a neutron into a proton; a proton needs a pion's charge.
    if isCharged, process == .quasiElastic, target == .proton { return false }
    let nucleon = Nucleus.nucleon(target, &random)
    guard let system = scatter(nucleon, hadronMass(&random), &random) else { return false }
    hadrons = []
    let charge = (target == .proton ? 1 : 0) + (isCharged ? 1 : 0)
    switch process {
    case .quasiElastic:
      let struck = system.particle(charge == 1 ? .proton : .neutron, at: vertex)
      // Slower states are taken already: Pauli.
      guard struck.momentum > Nucleus.fermiMomentum else { return false }
      hadrons = [struck]
    case .onePion: decay(system, charge: charge, &random)
    case .twoPions: return decayTwice(system, charge: charge, &random)
    }
    return true
  }

  private var isCharged: Bool { channel != .neutralCurrent }

  /// How the nucleon is struck: shares of the cross section from the thresholds up.
  ///
  /// Source: J. Formaggio, G. Zeller, Rev. Mod. Phys. 84 (2012) 1307.
  private func chooseProcess(
    _ random: inout RandomStream
  ) -> NeutrinoInteraction.Process {
    let one = 0.7 * min(max((energy - 350) / 700, 0), 1)
    let two = 0.5 * min(max((energy - 900) / 1500, 0), 1)
    let draw = random.uniform() * (1 + one + two)
    return draw < 1 ? .quasiElastic : draw < 1 + one ? .onePion : .twoPions
  }

  /// The mass of what the nucleon becomes.
  private func hadronMass(_ random: inout RandomStream) -> Double {
    switch process {
    case .quasiElastic: return Particle.Kind.proton.mass
    case .onePion:
      // Breit and Wigner's resonance: the Δ of 1232 MeV, 117 MeV wide.
      var mass = 0.0
      repeat {
        mass = 1232 + 58.5 * tan(.pi * (random.uniform() - 0.5))
      } while mass < 1090 || mass > 1600
      return mass
    case .twoPions: return random.uniform(in: 1400...2000)
    }
  }

  /// Scatters the neutrino off a nucleon that becomes a mass; nil when there is not the energy or the
  /// angle for the momentum transfer drawn.
  private mutating func scatter(
    _ nucleon: FourMomentum, _ mass: Double, _ random: inout RandomStream
  ) -> FourMomentum? {
    let neutrino = FourMomentum(energy: energy, momentum: [0, 0, energy])
    let total = neutrino + nucleon
    let center = max(total.massSquared, 0).squareRoot()
    let leptonMass = lepton.kind.mass
    guard center > mass + leptonMass else { return nil }
    let transfer = dipole * (pow(1 - random.uniform(), -1.0 / 3) - 1)
    let incoming = (total.massSquared - nucleon.massSquared) / (2 * center)
    let momentum = FourMomentum.breakup(of: center, into: leptonMass, mass)
    let outgoing = hypot(momentum, leptonMass)
    let cosine =
      (2 * incoming * outgoing - leptonMass * leptonMass - transfer) / (2 * incoming * momentum)
    guard abs(cosine) <= 1 else { return nil }
    let axis = neutrino.boosted(by: -total.velocity).momentum.normalized
    let direction = axis.tilted(cosine: cosine, azimuth: random.uniform(in: 0...(2 * .pi)))
    let (one, other) = total.decay(into: leptonMass, mass, along: direction)
    lepton = one.particle(lepton.kind, at: vertex)
    return other
  }

  /// A nucleon and a pion of a total charge, by the isospin of the Δ.
  private mutating func decay(
    _ system: FourMomentum, charge: Int, _ random: inout RandomStream
  ) {
    let isNeutral = random.uniform() < 2.0 / 3
    let kinds: (Particle.Kind, Particle.Kind) =
      switch charge {
      case 2: (.proton, .positivePion)
      case 1: isNeutral ? (.proton, .neutralPion) : (.neutron, .positivePion)
      case 0: isNeutral ? (.neutron, .neutralPion) : (.proton, .negativePion)
      default: (.neutron, .negativePion)
      }
    let (nucleon, pion) = system.decay(
      into: kinds.0.mass, kinds.1.mass, along: random.direction())
    hadrons.append(nucleon.particle(kinds.0, at: vertex))
    hadrons.append(pion.particle(kinds.1, at: vertex))
  }

  /// A Δ and a pion, then the Δ's decay.
  private mutating func decayTwice(
    _ system: FourMomentum, charge: Int, _ random: inout RandomStream
  ) -> Bool {
    let pions: [Particle.Kind] = [.negativePion, .neutralPion, .positivePion]
    let choice = Int(3 * random.uniform())
    let rest = charge - (choice - 1)
    guard (-1...2).contains(rest) else { return false }
    let pion = pions[choice]
    let (delta, other) = system.decay(into: 1210, pion.mass, along: random.direction())
    decay(delta, charge: rest, &random)
    hadrons.append(other.particle(pion, at: vertex))
    return true
  }

  /// Number of the process in LArSoft's list (MCNeutrino.h), which is nuance's.
  var code: Int {
    let pion = hadrons.dropFirst().first?.kind
    return switch (process, isCharged) {
    case (.quasiElastic, true): 1001
    case (.quasiElastic, false): 1002
    case (.onePion, true): target == .proton ? 1003 : pion == .neutralPion ? 1004 : 1005
    case (.onePion, false):
      if target == .proton {
        pion == .neutralPion ? 1006 : 1007
      } else {
        pion == .neutralPion ? 1008 : 1009
      }
    case (.twoPions, true): 1091
    case (.twoPions, false): 1092
    }
  }
}
