import Foundation
import Testing

@testable import LArTPCSimulation

@Suite("Particles in argon")
struct PhysicsTests {
  /// A block of argon so large that nothing leaves it.
  private let detector = Detector(wires: 16_384, driftBins: 16_384, planes: 3)

  private func deposits(_ kind: Particle.Kind, _ energy: Double, count: Int) -> [[Deposit]] {
    (0..<count).map { number in
      var transport = Transport(
        detector: detector, random: .init(seed: 3, stream: UInt64(number)))
      transport.follow(
        Particle(kind: kind, energy: energy, position: [500, 0, 1000], direction: [0, 0, 1]))
      return transport.deposits
    }
  }

  private func mean(_ numbers: [Double]) -> Double {
    numbers.reduce(0, +) / Double(numbers.count)
  }

  // PDG, liquid argon: the least loss is 1.508 MeV cm²/g.

  @Test("Muons lose 2.105 MeV/cm at least, at a kinetic energy near 270 MeV")
  func minimum() throws {
    let energies = (0..<200).map { 20 * 1.05 * pow(1.05, Double($0)) }
    let losses = energies.map {
      StoppingPower.restrictedLoss(mass: Particle.Kind.muon.mass, energy: $0, limit: .infinity)
    }
    let least = try #require(losses.min())
    #expect(abs(least - 2.105) < 0.02)
    let place = try #require(losses.firstIndex(of: least))
    #expect(energies[place] > 220 && energies[place] < 330)
  }

  @Test(
    "Ranges in the continuous loss: 31 cm of muons, 7.7 cm of protons of 100 MeV, within 4 %",
    arguments: [(Particle.Kind.muon, 31.0), (.proton, 7.7)])
  func ranges(kind: Particle.Kind, expected: Double) {
    var range = 0.0
    var energy = 0.5
    while energy < 100 {
      let step = 0.001 * energy
      range +=
        step
        / StoppingPower.restrictedLoss(mass: kind.mass, energy: energy, limit: .infinity)
      energy += step
    }
    #expect(abs(range - expected) < 0.04 * expected, "\(range)")
  }

  @Test(
    "All energy is left in a large block",
    arguments: [(Particle.Kind.electron, 500.0), (.photon, 500), (.positron, 50)])
  func calorimetry(kind: Particle.Kind, energy: Double) {
    let total = mean(deposits(kind, energy, count: 10).map { $0.map(\.energy).reduce(0, +) })
    let expected = energy + (kind == .positron ? 1.02 : 0)
    #expect(abs(total - expected) < 0.03 * expected, "\(total)")
  }

  // PDG, most probable loss of 3 cm for βγ near 39: 1.91 MeV/cm; Landau's median is 0.15 above it.

  @Test(
    "Fluctuations are Landau's: the median loss of 3 cm lies between the most probable and the mean"
  )
  func straggling() {
    var sums: [Double] = []
    for deposits in deposits(.muon, 4000, count: 10) {
      var slices = [Double](repeating: 0, count: 50)
      for deposit in deposits where (1000..<1150).contains(deposit.position.z) {
        slices[min(Int((deposit.position.z - 1000) / 3), 49)] += deposit.energy / 3
      }
      sums += slices
    }
    sums.sort()
    let median = sums[sums.count / 2]
    #expect(median > 1.95 && median < 2.25, "\(median)")
    #expect(mean(sums) > median + 0.1, "\(mean(sums))")
  }

  @Test("Recombination leaves 70 % of the charge of minimum ionising tracks, less of protons")
  func recombination() {
    #expect(abs(Argon.survivingFraction(energyLoss: 2.1) - 0.70) < 0.01)
    #expect(Argon.survivingFraction(energyLoss: 20) < 0.35)
    #expect(Argon.survivingFraction(energyLoss: 0) <= 1)
  }

  // NIST XCOM: 0.0576 cm²/g at 1 MeV, 0.0245 at 10 MeV.

  @Test("Photons are attenuated as NIST has it", arguments: [(1.0, 0.0576), (10, 0.0245)])
  func attenuation(energy: Double, coefficient: Double) {
    let total = Argon.pairs(energy: energy) + Argon.comptonScatterings(energy: energy)
    #expect(abs(total / Argon.density - coefficient) < 0.03 * coefficient)
  }

  @Test("A neutral pion of any energy becomes two photons with its energy")
  func pion() {
    let pion = Particle(
      kind: .neutralPion, energy: 300, position: .zero, direction: [0, 0, 1])
    let (one, other) = FourMomentum(of: pion).decay(into: 0, 0, along: [0, 1, 0])
    #expect(abs(one.energy + other.energy - 434.977) < 1e-9)
    #expect(abs((one + other).massSquared.squareRoot() - 134.977) < 1e-6)
    #expect(abs(one.massSquared) < 1e-6)
  }

  @Test("Shares of a Gaussian add up to one", arguments: [0.2, 0.75, 1.5, 2.3])
  func shares(width: Double) {
    for place in stride(from: 3.0, to: 5, by: 0.07) {
      let shares = ShareTable.shared(center: place, width: width)
      let total = (0..<shares.count).reduce(Float(0)) { $0 + shares.values[$1] }
      #expect(abs(total - 1) < 0.004)
      let middle = (0..<shares.count).reduce(0.0) {
        $0 + Double(shares.values[$1]) * Double(shares.first + $1)
      }
      #expect(abs(middle / Double(total) - place) < (width < 0.3 ? 0.5 : 0.03))
    }
  }
}
