import Foundation
import LArCV
import Testing

@Suite("Truth that is written is read back")
struct TruthRoundTripTests {
  private static func particles(_ entry: Int) -> [Particle] {
    (0..<entry).map { number in
      var particle = Particle(
        pdg: number == 0 ? -14 : 2_000_000_101, currentType: number == 0 ? 1 : -1,
        interactionType: number == 0 ? 1001 : -1, energy: 0.25 * Double(number) + 0.5,
        momentum: [1, -2, 3] * Double(number), vertex: [1, 2, 3, 4] * Double(entry),
        track: UInt32(number), process: number == 0 ? "primary" : String(repeating: "x", count: 63),
        parent: .init(track: 7, pdg: -13, vertex: [5, 6, 7, 8]))
      particle.index = UInt16(number)
      particle.ancestor = .init(track: 1, pdg: 12, vertex: [9, 8, 7, 6])
      particle.shape = 1
      particle.end = [1, 1, 2, 3]
      particle.firstStep = [5, 8, 13, 21]
      particle.lastStep = [34, 55, 89, 144]
      particle.distance = 0.1
      particle.depositedEnergy = 0.2
      return particle
    }
  }

  private static func clusters(_ entry: Int) -> [[SparseImage]] {
    (0..<3).map { plane in
      (0...entry).map { MadeEvents.plane(plane, voxels: ($0 + plane) % 3, seed: $0) }
    }
  }

  private static let producer = "sbndneutrino"

  private func write(_ path: String, compression: Int) throws {
    let writer = try LArCVWriter(
      path: path, products: ["sbndwire"], clusters: [Self.producer], particles: [Self.producer],
      compression: compression)
    for entry in 0..<5 {
      try writer.append(
        MadeEvents.id(entry), images: [("sbndwire", [MadeEvents.plane(0, voxels: 2)])],
        clusters: [(Self.producer, Self.clusters(entry))],
        particles: [(Self.producer, Self.particles(entry))])
    }
    try writer.close()
  }

  @Test("Particles and clusters, exactly, none and several", arguments: [0, 1, 9])
  func roundTrip(compression: Int) throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try write(path, compression: compression)
    let reader = try LArCVReader(path: path)
    #expect(reader.products.map(\.type) == ["cluster2d", "particle", "sparse2d"])
    for entry in 0..<5 {
      let particles = try reader.particles(producer: Self.producer, entry: entry)
      #expect(particles == Self.particles(entry))
      let clusters = try reader.clusters(producer: Self.producer, entry: entry)
      #expect(clusters == Self.clusters(entry))
    }
  }

  @Test("in the tables of the real files", .enabled(if: SharedData.isPresent))
  func layout() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try write(path, compression: 1)
    func types(_ path: String) throws -> [String: String] {
      let tree = try LArCVReader(path: path).tree().filter { $0.path.contains(Self.producer) }
      return Dictionary(uniqueKeysWithValues: tree.map { ($0.path, $0.type) })
    }
    let real = try types("\(SharedData.directory)/sbnd_events_train.h5")
    #expect(real.count == 7)
    #expect(try types(path) == real)
  }

  @Test("real truth survives being copied", .enabled(if: SharedData.isPresent))
  func copy() throws {
    let scratch = try Scratch()
    let path = scratch.file("copy.h5")
    let source = try LArCVReader(path: "\(SharedData.directory)/sbnd_events_train.h5")
    let writer = try LArCVWriter(
      path: path, products: ["sbndwire"], clusters: [Self.producer], particles: [Self.producer])
    for entry in 0..<source.entryCount {
      let particles = try source.particles(producer: Self.producer, entry: entry)
      #expect(particles.first?.process == "primary")
      #expect(particles.first?.interactionType == 1001)
      try writer.append(
        try source.eventID(entry: entry),
        images: [("sbndwire", try source.sparseImages(producer: "sbndwire", entry: entry))],
        clusters: [(Self.producer, try source.clusters(producer: Self.producer, entry: entry))],
        particles: [(Self.producer, particles)])
    }
    try writer.close()
    let copy = try LArCVReader(path: path)
    for entry in 0..<source.entryCount {
      let particles = try copy.particles(producer: Self.producer, entry: entry)
      #expect(try particles == source.particles(producer: Self.producer, entry: entry))
      let clusters = try copy.clusters(producer: Self.producer, entry: entry)
      #expect(try clusters == source.clusters(producer: Self.producer, entry: entry))
    }
  }

  @Test("Unfit truth is refused before anything of the event is written")
  func refusals() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    let writer = try LArCVWriter(
      path: path, products: ["sbndwire"], clusters: [Self.producer], particles: [Self.producer])
    func append(
      _ clusters: [[SparseImage]] = Self.clusters(1), _ particles: [Particle] = []
    ) throws {
      try writer.append(
        MadeEvents.id(0), images: [("sbndwire", [MadeEvents.plane(0, voxels: 2)])],
        clusters: [(Self.producer, clusters)], particles: [(Self.producer, particles)])
    }
    func expectRefusal(_ words: String, _ body: () throws -> Void) {
      let error = #expect(throws: LArCVError.self) { try body() }
      #expect(error?.kind == .usage)
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    expectRefusal("not even an empty cluster") { try append([[]]) }
    expectRefusal("plane 0 has projection 1") { try append([[MadeEvents.plane(1, voxels: 1)]]) }
    expectRefusal("pdg 4294967296 has a number") {
      try append(Self.clusters(1), [Particle(pdg: 1 << 32, energy: 1)])
    }
    expectRefusal("pdg 14 has a number") {
      try append(Self.clusters(1), [Particle(pdg: 14, energy: .nan)])
    }
    expectRefusal("brings products [] where the file has [\"sbndneutrino\"]") {
      try writer.append(
        MadeEvents.id(0), images: [("sbndwire", [MadeEvents.plane(0, voxels: 2)])])
    }
    try append()
    try writer.close()
    #expect(try LArCVReader(path: path).entryCount == 1)
  }
}
