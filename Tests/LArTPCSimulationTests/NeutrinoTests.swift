import LArCV
import LArTPCSimulation
import Testing

@Suite("The truth of simulated neutrinos")
struct NeutrinoTests {
  static let events = (0..<60).map { number in
    var configuration = LArTPCSimulation.Configuration()
    configuration.wires = 256
    configuration.driftBins = 160
    configuration.cosmicMuons = 0
    configuration.noise = 0
    return LArTPCSimulation(seed: 5, configuration: configuration).event(number)
  }

  @Test("The neutrino comes first, then its products, numbered and at its vertex")
  func table() throws {
    for event in Self.events {
      let neutrino = try #require(event.particles.first)
      #expect([12, 14].contains(neutrino.pdg))
      #expect([0, 1].contains(neutrino.currentType))
      #expect((1001...1009).contains(neutrino.interactionType) || neutrino.interactionType > 1090)
      #expect(neutrino.energy > 0.2 && neutrino.energy < 6)
      #expect(event.particles.count > 1)
      for (row, particle) in event.particles.enumerated() {
        #expect(Int(particle.index) == row)
        #expect(particle.vertex == neutrino.vertex)
        #expect(particle.process == "primary")
        let squared = (particle.momentum * particle.momentum).sum()
        #expect(particle.energy * particle.energy > 0.999_999 * squared)
        if row > 0 { #expect(particle.currentType == -1 && particle.parent.track == 0) }
      }
    }
  }

  @Test("The lepton that leaves tells the flavour and the current")
  func lepton() throws {
    var channels: Set<Int> = []
    for event in Self.events {
      let neutrino = event.particles[0]
      let expected = neutrino.currentType == 1 ? neutrino.pdg : neutrino.pdg - 1
      #expect(event.particles[1].pdg == expected)
      channels.insert(neutrino.pdg + 100 * neutrino.currentType)
    }
    #expect(channels == [12, 14, 114])
  }

  @Test("What leaves has no more energy than came in, and nearly the momentum")
  func balance() {
    var missing = SIMD3<Double>.zero
    for event in Self.events {
      let neutrino = event.particles[0]
      var energy = 0.0
      for particle in event.particles.dropFirst() {
        // The masses of nucleons were there before.
        energy += particle.energy - (particle.pdg > 2000 ? 0.93827 : 0)
        missing += particle.momentum / Double(Self.events.count)
      }
      missing.z -= neutrino.energy / Double(Self.events.count)
      #expect(energy < neutrino.energy + 0.06)
      #expect(energy > 0.3 * neutrino.energy)
    }
    // GeV, mean over events: the nucleus takes a part.
    #expect(abs(missing.x) < 0.1 && abs(missing.y) < 0.1 && abs(missing.z) < 0.25)
  }

  @Test("Markers are the 3×3 pixels around the vertex, of value 1")
  func markers() throws {
    var full = 0
    for event in Self.events {
      let vertices = try #require(event.neutrino?.vertices)
      for (marker, vertex) in zip(event.vertexMarkers, vertices) {
        try #require(marker.count == 1)
        let middle = vertex.map { Int($0.rounded(.down)) }
        for id in marker[0].ids {
          #expect(abs(Int(id) / 160 - middle[0]) <= 1 && abs(Int(id) % 160 - middle[1]) <= 1)
        }
        #expect(marker[0].values.allSatisfy { $0 == 1 })
        full += marker[0].ids.count == 9 ? 1 : 0
      }
    }
    #expect(full > 160)
  }
}
