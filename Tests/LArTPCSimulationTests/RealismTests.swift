import LArCV
import LArTPCSimulation
import Testing

/// Ten full-size events against the figures of five real SBND events.
@Suite("Simulated events resemble real ones")
struct RealismTests {
  static let events = (0..<10).map { LArTPCSimulation(seed: 1).event($0) }

  private static func mean(_ plane: Int, _ label: Float? = nil) -> Double {
    let counts = events.map { event in
      event.labels[plane].values.count { label == nil || $0 == label }
    }
    return Double(counts.reduce(0, +)) / Double(counts.count)
  }

  // Real means: 22 900, 22 900 and 9 600 active pixels per plane.

  @Test("Active pixels per plane", arguments: [(0, 23_000.0), (1, 23_000), (2, 9600)])
  func active(plane: Int, real: Double) {
    let mean = Self.mean(plane)
    #expect(mean > 0.6 * real && mean < 1.6 * real)
  }

  // Real background: 13 000 to 15 400 pixels on induction, 1000 to 2400 on collection.

  @Test("Background pixels per plane", arguments: [(0, 14_000.0), (1, 14_000), (2, 1600)])
  func background(plane: Int, real: Double) {
    let mean = Self.mean(plane, 0)
    #expect(mean > 0.6 * real && mean < 1.7 * real)
  }

  @Test("Class fractions: 54 % background, 37 % cosmic, 9 % neutrino in real events")
  func classes() {
    let counts = [Float(0), 1, 2].map { label in
      (0..<3).map { Self.mean($0, label) }.reduce(0, +)
    }
    let total = counts.reduce(0, +)
    #expect(counts[0] / total > 0.4 && counts[0] / total < 0.7)
    #expect(counts[1] / total > 0.25 && counts[1] / total < 0.55)
    #expect(counts[2] / total > 0.015 && counts[2] / total < 0.2)
  }

  @Test("Charges: median 9.0, 95 % below 95, 99 % below 169 in real events")
  func charges() {
    let values = Self.events.flatMap { $0.images.flatMap(\.values) }.sorted()
    func quantile(_ fraction: Double) -> Float { values[Int(fraction * Double(values.count - 1))] }
    #expect(quantile(0.5) > 6 && quantile(0.5) < 20)
    #expect(quantile(0.95) > 60 && quantile(0.95) < 150)
    #expect(quantile(0.99) > 110 && quantile(0.99) < 260)
  }

  @Test("Median charge per class: 5.7 background, 42 cosmic, 36 neutrino in real events")
  func chargesPerClass() {
    var perClass: [[Float]] = [[], [], []]
    for event in Self.events {
      for (image, label) in zip(event.images, event.labels) {
        for (charge, label) in zip(image.values, label.values) {
          perClass[Int(label)].append(charge)
        }
      }
    }
    let medians = perClass.map { $0.sorted()[$0.count / 2] }
    #expect(medians[0] > 5.3 && medians[0] < 7)
    #expect(medians[1] > 28 && medians[1] < 60)
    #expect(medians[2] > 24 && medians[2] < 75)
  }

  @Test("Each induction plane is loud in one drift volume: plane 0 above the cathode, 1 below")
  func loudVolume() {
    for (plane, isLoudAbove) in [(0, true), (1, false)] {
      var above = 0
      var below = 0
      for event in Self.events {
        for (id, label) in zip(event.labels[plane].ids, event.labels[plane].values)
        where label == 0 {
          if id % 1280 >= 639 { above += 1 } else { below += 1 }
        }
      }
      let ratio = Double(isLoudAbove ? above : below) / Double(above + below)
      #expect(ratio > 0.75 && ratio < 0.98)
    }
  }

  @Test("A tenth to a third of the background pixels continue along the drift on induction planes")
  func noiseBursts() {
    for plane in 0..<2 {
      var background = 0
      var continued = 0
      for event in Self.events {
        let ids = zip(event.labels[plane].ids, event.labels[plane].values)
          .filter { $0.1 == 0 }.map(\.0)
        background += ids.count
        continued += zip(ids, ids.dropFirst()).count { $1 == $0 + 1 }
      }
      let fraction = Double(continued) / Double(background)
      #expect(fraction > 0.1 && fraction < 0.34)
    }
  }
}
