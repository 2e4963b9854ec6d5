import Foundation
import LArCV
import Networks
import Testing

@testable import CosmicTagger

@Suite("What heads learn from")
struct EventTruthTests {
  /// One event of 16 pixels, on an image of eight wires and four drift bins.
  private func targets(
    _ particles: [(pdg: Int, current: Int)], neutrinoPixels: Int = 16,
    vertex: [Double]? = [6.5, 1.25], change: (inout DataConfiguration) -> Void = { _ in }
  ) throws -> HeadTargets {
    let pixels = (0..<16).map { ($0 / 4, $0 % 4, Float(10)) }
    let labels = (0..<16).map { ($0 / 4, $0 % 4, Float($0 < neutrinoPixels ? 2 : 0)) }
    let event = DetectorEvent(
      images: [Pixels(pixels: pixels).image], labels: [Pixels(pixels: labels).image],
      name: "entry 5 of made.h5",
      truth: EventTruth(
        particles: particles.map { Particle(pdg: $0.pdg, currentType: $0.current, energy: 1) },
        vertices: [vertex]))
    let configuration = data(change)
    let geometry = try ImageGeometry(event, configuration)
    let batch = try SiteAssembly(geometry, configuration).batch([event])
    return try HeadTargets([event], batch, geometry)
  }

  @Test(
    "the first neutrino and its current decide the kind of an event",
    arguments: [
      ([(14, 0), (13, -1)], 16, EventKind.muonNeutrino), ([(-14, 0)], 16, .muonNeutrino),
      ([(12, 0), (14, 0)], 16, .electronNeutrino), ([(2212, -1), (-12, 0)], 16, .electronNeutrino),
      ([(14, 1)], 16, .neutralCurrent), ([(16, 1)], 16, .neutralCurrent), ([], 16, .cosmic),
      ([(13, -1)], 16, .cosmic), ([(14, 0)], 9, .cosmic), ([(14, 0)], 10, .muonNeutrino),
    ])
  func kinds(_ particles: [(Int, Int)], _ pixels: Int, _ kind: EventKind) throws {
    let particles = particles.map { (pdg: $0.0, current: $0.1) }
    #expect(try targets(particles, neutrinoPixels: pixels).kinds == [kind])
  }

  @Test("a charged current of a tau neutrino has no class, and the event is named")
  func tau() {
    let error = #expect(throws: TaggerError.self) { try targets([(pdg: -16, current: 0)]) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("entry 5 of made.h5 has pdg -16") == true)
  }

  @Test("a vertex is where it is in fractions of rows (drift) and columns (wires)")
  func vertex() throws {
    let neutrino = [(pdg: 14, current: 0)]
    let place = try #require(try targets(neutrino).vertices[0][0])
    #expect(place == SIMD2(1.25 / 4, 6.5 / 8))
    let turned = try targets(neutrino) { $0.axes = .rowColumn }.vertices[0][0]
    #expect(turned == SIMD2(6.5 / 8, 1.25 / 4))
    let halved = try targets(neutrino, neutrinoPixels: 16, vertex: [6.5, 1.25]) {
      $0.downsample = 1
    }
    #expect(halved.kinds == [.cosmic], "four coarse pixels of the neutrino are too few")
    #expect(try targets(neutrino, vertex: [8, 1]).vertices == [[nil]], "outside the image")
    #expect(try targets(neutrino, vertex: [-0.1, 1]).vertices == [[nil]])
    #expect(try targets(neutrino, vertex: nil).vertices == [[nil]])
    #expect(try targets([]).vertices == [[nil]], "without a neutrino")
  }

  @Test(
    "cells and places in them",
    arguments: [(0.0, 0, 0.0), (0.24, 0, 0.96), (0.25, 1, 0), (0.99, 3, 0.96)])
  func cells(_ share: Double, _ cell: Int, _ offset: Double) {
    let found = HeadTargets.cell(SIMD2(share, share), rows: 4, columns: 4)
    #expect(found.row == cell && found.column == cell)
    #expect(abs(found.offset.x - offset) < 1e-12 && abs(found.offset.y - offset) < 1e-12)
  }

  @Test(
    "real events have their neutrinos and the middle of their markers",
    .enabled(if: RealEvents.arePresent))
  func realEvents() throws {
    let events = try RealEvents.load(data { $0.readsTruth = true })
    let neutrinos = events.map { $0.truth?.particles.first?.pdg }
    #expect(neutrinos == [14, 12, 12])
    #expect(abs((events[0].truth?.particles.first?.energy ?? 0) - 1.3902) < 1e-4)
    #expect(events[0].truth?.vertices[0] == [1522.5, 640.5])
    for event in events {
      let drifts = (event.truth?.vertices ?? []).compactMap { $0?[1] }
      #expect(drifts.count == 3)
      // The drift coordinate is common to all planes.
      #expect((drifts.max() ?? 0) - (drifts.min() ?? 0) <= 2)
    }
  }

  @Test("a simulated neutrino's vertex has charge of the neutrino nearby")
  func simulatedEvents() throws {
    let source = SimulatedEventSource(seed: 3)
    var found = 0
    for number in 0..<4 {
      let event = try source.event(number)
      let truth = try #require(event.truth)
      guard let neutrino = truth.particles.first else { continue }
      #expect([12, 14].contains(neutrino.pdg) && [0, 1].contains(neutrino.currentType))
      #expect((0.2...10).contains(neutrino.energy))
      for (label, vertex) in zip(event.labels, truth.vertices) {
        let place = try #require(vertex)
        let extent = label.meta.voxelCounts[1]
        let isNear = zip(label.ids, label.values).contains { id, value in
          value == 2 && abs(Double(Int(id) / extent) + 0.5 - place[0]) < 12
            && abs(Double(Int(id) % extent) + 0.5 - place[1]) < 12
        }
        found += isNear ? 1 : 0
      }
    }
    #expect(found >= 9, "of twelve images")
  }
}
