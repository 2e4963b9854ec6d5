import LArCV
import LArTPCSimulation
import Testing

private func configuration(
  wires: Int = 512, driftBins: Int = 320,
  _ change: (inout LArTPCSimulation.Configuration) -> Void = { _ in }
) -> LArTPCSimulation.Configuration {
  var configuration = LArTPCSimulation.Configuration()
  configuration.wires = wires
  configuration.driftBins = driftBins
  change(&configuration)
  return configuration
}

/// Pixels of an event with a label, over all planes.
private func pixels(_ label: Float, in event: SimulatedEvent) -> Int {
  event.labels.reduce(0) { $0 + $1.values.count { $0 == label } }
}

/// Sizes to try: full, a quarter, and one that divides by nothing.
private let sizes = [[2048, 1280], [512, 320], [333, 211], [16, 16]]

@Suite("Simulated events")
struct SimulatedEventTests {
  @Test("Ids ascend within the image, charges pass the threshold, labels align", arguments: sizes)
  func wellFormed(size: [Int]) {
    let simulation = LArTPCSimulation(
      seed: 3, configuration: configuration(wires: size[0], driftBins: size[1]))
    for number in 0..<3 {
      let event = simulation.event(number)
      #expect(event.images.count == 3)
      #expect(event.labels.count == 3)
      for (plane, (image, label)) in zip(event.images, event.labels).enumerated() {
        #expect(image.meta.projection == plane)
        #expect(image.meta.voxelCounts == size)
        #expect(image.ids == label.ids)
        #expect(image.ids.count == image.values.count)
        #expect(label.ids.count == label.values.count)
        #expect(zip(image.ids, image.ids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(image.ids.allSatisfy { $0 < UInt64(size[0] * size[1]) })
        #expect(image.values.allSatisfy { $0 > 5 && $0.isFinite })
        #expect(label.values.allSatisfy { [0, 1, 2].contains($0) })
      }
    }
  }

  @Test("Seed and number determine an event, in any order")
  func reproducible() {
    let simulation = LArTPCSimulation(seed: 7, configuration: configuration())
    let last = simulation.event(5)
    let first = simulation.event(0)
    let again = LArTPCSimulation(seed: 7, configuration: configuration())
    for (one, other) in [(first, again.event(0)), (last, again.event(5))] {
      #expect(one.id.event == other.id.event)
      #expect(one.images.map(\.ids) == other.images.map(\.ids))
      #expect(one.images.map(\.values) == other.images.map(\.values))
      #expect(one.labels.map(\.values) == other.labels.map(\.values))
    }
    #expect(first.images[0].ids != last.images[0].ids)
    let otherSeed = LArTPCSimulation(seed: 8, configuration: configuration()).event(0)
    #expect(first.images[0].ids != otherSeed.images[0].ids)
  }

  @Test("A negative event number is a number like any other")
  func negativeNumber() {
    let event = LArTPCSimulation(seed: 1, configuration: configuration()).event(-4)
    #expect(event.id.event == -4)
  }

  @Test("Without muons nothing is cosmic, without a neutrino nothing is neutrino")
  func absentParticles() {
    let noMuons = configuration { $0.cosmicMuons = 0 }
    let noNeutrino = configuration { $0.neutrinoFraction = 0 }
    var neutrino = 0
    var cosmic = 0
    for number in 0..<5 {
      let first = LArTPCSimulation(seed: 2, configuration: noMuons).event(number)
      #expect(pixels(1, in: first) == 0)
      neutrino += pixels(2, in: first)
      let second = LArTPCSimulation(seed: 2, configuration: noNeutrino).event(number)
      #expect(pixels(2, in: second) == 0)
      cosmic += pixels(1, in: second)
    }
    #expect(neutrino > 0)
    #expect(cosmic > 0)
  }

  @Test("An event of nothing has three empty planes")
  func empty() {
    let nothing = configuration {
      $0.cosmicMuons = 0
      $0.neutrinoFraction = 0
      $0.noise = 0
    }
    let event = LArTPCSimulation(seed: 2, configuration: nothing).event(0)
    #expect(event.images.map(\.ids.count) == [0, 0, 0])
  }

  @Test("Fewer planes are the first ones, unchanged")
  func planes() {
    let one = configuration { $0.planes = 1 }
    let event = LArTPCSimulation(seed: 2, configuration: one).event(0)
    let full = LArTPCSimulation(seed: 2, configuration: configuration()).event(0)
    #expect(event.images.count == 1)
    #expect(event.images.first?.ids == full.images.first?.ids)
  }

  @Test("Dead wires read nothing in any event, and leave the others as they are")
  func deadWires() {
    let dead = configuration { $0.deadWireFraction = 0.25 }
    var known: [Set<UInt64>] = [[], [], []]
    var all = known
    for number in 0..<6 {
      let event = LArTPCSimulation(seed: 2, configuration: dead).event(number)
      let full = LArTPCSimulation(seed: 2, configuration: configuration()).event(number)
      for plane in 0..<3 {
        #expect(Set(event.images[plane].ids).isSubset(of: full.images[plane].ids))
        known[plane].formUnion(event.images[plane].ids.map { $0 / 320 })
        all[plane].formUnion(full.images[plane].ids.map { $0 / 320 })
      }
    }
    for (known, all) in zip(known, all) {
      #expect(known.count < all.count * 85 / 100)
      #expect(known.count > all.count * 65 / 100)
    }
  }

  @Test("Wrong values are refused in one sentence, and harmless when not checked")
  func invalid() {
    let wrong: [(String, (inout LArTPCSimulation.Configuration) -> Void)] = [
      ("wires -1", { $0.wires = -1 }), ("driftBins 9223372036854775807", { $0.driftBins = .max }),
      ("planes 0", { $0.planes = 0 }), ("cosmicMuons nan", { $0.cosmicMuons = .nan }),
      ("neutrinoFraction 2", { $0.neutrinoFraction = 2 }),
      ("noise -inf", { $0.noise = -.infinity }),
      ("deadWireFraction 1.5", { $0.deadWireFraction = 1.5 }),
      ("threshold nan", { $0.threshold = .nan }),
    ]
    for (words, change) in wrong {
      let configuration = configuration(wires: 32, driftBins: 32, change)
      let error = #expect(throws: LArTPCSimulation.ConfigurationError.self) {
        try configuration.validate()
      }
      let beginning = "the simulation's \(words) is not possible: use "
      #expect(error?.description.hasPrefix(beginning) == true)
      let simulation = LArTPCSimulation(seed: 1, configuration: configuration)
      #expect(!simulation.event(0).images.isEmpty)
      #expect(throws: Never.self) { try simulation.configuration.validate() }
    }
    let far = configuration(wires: 32, driftBins: .max) {
      $0.cosmicMuons = .nan
      $0.noise = 100
    }
    let near = LArTPCSimulation(seed: 1, configuration: far).configuration
    #expect(near.wires == 32 && near.driftBins == 16_384 && near.noise == 20)
    #expect(near.cosmicMuons == 7.5, "the default for what is no number")
    #expect(throws: Never.self) { try configuration().validate() }
  }
}
