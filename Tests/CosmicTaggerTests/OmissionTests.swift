import CosmicTagger
import LArCV
import Layers
import Networks
import Testing

/// Events that are too long or bad, and files read as one.
@Suite("Events that are not as they should be")
struct OmissionTests {
  /// Writes events of two planes; those whose numbers are given have a label that is none, or a
  /// charged current of a tau neutrino.
  private func write(
    _ path: String, numbers: Range<Int>, bad: Set<Int> = [], taus: Set<Int> = [],
    size: [Int] = [8, 4]
  ) throws {
    let names = DataConfiguration()
    let writer = try LArCVWriter(
      path: path, products: [names.imageProducer, names.labelProducer],
      clusters: [names.truthProducer], particles: [names.truthProducer])
    for number in numbers {
      let images = (0..<2).map { plane in
        Pixels(
          projection: plane, size: size,
          pixels: (0..<4 + plane + number % 3).map { ($0, ($0 + number) % 4, Float(number + 1)) }
        ).image
      }
      let value: Float = bad.contains(number) ? 7 : taus.contains(number) ? 2 : 1
      let labels = images.map { image in
        SparseImage(
          meta: image.meta, ids: image.ids,
          values: image.values.map { _ in value })
      }
      let neutrino = Particle(pdg: taus.contains(number) ? 16 : 14, currentType: 0, energy: 5)
      try writer.append(
        EventID(run: 1, subrun: 1, event: Int64(number)),
        images: [(names.imageProducer, images), (names.labelProducer, labels)],
        clusters: [(names.truthProducer, images.map { [$0] })],
        particles: [(names.truthProducer, [neutrino])])
    }
    try writer.close()
  }

  private func load(
    _ configuration: DataConfiguration, batches: Int
  ) throws -> [LoadedBatch] {
    var network = UResNetConfiguration(preset: .a21)
    (network.initialFilters, network.depth, network.bottleneckDeepest) = (1, 1, 1)
    network.planes = 2
    let built = try UResNet(network, over: SparseConvolutions(seed: 0))
    let geometry = try ImageGeometry.find(in: configuration.openSource(), configuration)
    let loader = EventLoader(
      configuration, assembly: SiteAssembly(geometry, configuration),
      planner: NetworkPlanner(built, inputChannels: 1), batchCount: batches)
    return try (0..<batches).map { _ in try #require(try loader.next()) }
  }

  @Test("Bad events end a run by name, or are left out of their batches and told of")
  func bad() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try write(path, numbers: 0..<6, bad: [0, 2, 3])
    var configuration = data {
      $0.file = path
      $0.access = .serialAccess
    }
    let error = #expect(throws: TaggerError.self) { try load(configuration, batches: 1) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("entry 0 of \(path)") == true)
    configuration.skipsBadEvents = true
    let batches = try load(configuration, batches: 6)
    #expect(batches.map(\.events) == [[1], [], [4, 5], [1], [], [4, 5]])
    #expect(batches[1].sites.count == 0)
    #expect(batches[1].omissions.sentences.count == 2)
    #expect(batches[0].omissions.sentences == [error?.description])
    #expect(batches[2].omissions == Omissions())
  }

  @Test("Events of a kind that heads do not know are left out like bad ones, where heads learn")
  func kinds() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try write(path, numbers: 0..<6, bad: [3], taus: [1, 2, 4])
    var configuration = data {
      $0.file = path
      $0.access = .serialAccess
      $0.readsTruth = true
    }
    let error = #expect(throws: TaggerError.self) { try load(configuration, batches: 1) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("entry 1 of \(path) has pdg 16") == true)
    configuration.skipsBadEvents = true
    let batches = try load(configuration, batches: 3)
    #expect(batches.map(\.events) == [[0], [], [5]])
    #expect(batches.map { $0.targets?.kinds } == [[.cosmic], [], [.cosmic]])
    #expect(batches[0].omissions.sentences == [error?.description])
    #expect(batches[1].omissions.sentences.count == 2)
    configuration.readsTruth = false
    #expect(try load(configuration, batches: 1).first?.events == [0, 1])
  }

  @Test("A file that cannot be opened is no bad event")
  func missing() throws {
    let configuration = data {
      $0.file = "no/such/file.h5"
      $0.skipsBadEvents = true
    }
    let error = #expect(throws: TaggerError.self) { try load(configuration, batches: 1) }
    #expect(error?.kind == .inputOutput)
  }

  @Test("Long events are refused, or cut to their first voxels and counted")
  func long() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try write(path, numbers: 0..<3)
    var configuration = data {
      $0.file = path
      $0.access = .serialAccess
      $0.minibatchSize = 3
      $0.maxVoxels = 5
    }
    let error = #expect(throws: TaggerError.self) { try load(configuration, batches: 1) }
    #expect(error?.description.contains("--on-max-voxels truncate") == true)
    configuration.longEvents = .truncate
    let batch = try #require(try load(configuration, batches: 1).first)
    // Planes of 4 and 5, 5 and 6, 6 and 7 voxels.
    #expect(batch.omissions.cutEvents == 2)
    #expect(batch.omissions.cutVoxels == 1 + 1 + 2)
    #expect(batch.sites.count == 4 + 5 * 5)
    let wires = (0..<batch.sites.count).map { batch.sites.plan.sites.coordinates(row: $0)[2] }
    #expect(wires.max() == 4)
    #expect(batch.sites.labels.allSatisfy { $0 == 1 })
    configuration.maxVoxels = nil
    #expect(throws: TaggerError.self) { try configuration.validate() }
  }

  @Test("What was lost is told: the first events each, all in number")
  func tally() {
    var tally = OmissionTally(data { $0.maxVoxels = 9 })
    var omissions = Omissions()
    omissions.sentences = (0..<15).map { "event \($0) is bad" }
    #expect(tally.add(omissions).count == 15)
    omissions.cutEvents = 2
    omissions.cutVoxels = 30
    let second = tally.add(omissions)
    #expect(second.count == 5 + 1 + 1)
    #expect(second[0] == "event 0 is bad; the event is left out")
    #expect(tally.add(omissions).isEmpty)
    #expect(
      tally.lines == [
        "Events left out for their bad data: 45", "Events cut: 4, by 60 voxels in all",
      ])
    #expect(OmissionTally(data()).lines.isEmpty)
  }

  @Test("Several files are read as one, whichever of them are open")
  func files() throws {
    let scratch = try Scratch()
    let paths = (0..<7).map { scratch.file("part\($0).h5") }
    for (part, path) in paths.enumerated() { try write(path, numbers: 3 * part..<3 * part + 3) }
    let configuration = data { $0.file = paths.joined(separator: ",") }
    #expect(configuration.files == paths)
    let source = try configuration.openSource()
    #expect(source.eventCount == 21)
    for number in [20, 0, 7, 13, 3, 19, 20, 1, 0] {
      let event = try source.event(number)
      #expect(event.id?.event == Int64(number))
      #expect(event.name == "entry \(number % 3) of \(paths[number / 3])")
    }
    #expect(throws: TaggerError.self) { try source.event(21) }
    let numbers = try load(configuration, batches: 21).flatMap(\.events)
    #expect(numbers[..<21].sorted() == Array(0..<21) && numbers[21...].sorted() == Array(0..<21))
  }

  @Test("A file whose name has a comma is one file, and a missing part is named")
  func commas() throws {
    let scratch = try Scratch()
    let path = scratch.file("a,b.h5")
    try write(path, numbers: 0..<2)
    #expect(data { $0.file = path }.files == [path])
    let missing = data { $0.file = "\(path.replacing(",", with: "")),no.h5" }
    #expect(missing.files.count == 2)
    let error = #expect(throws: TaggerError.self) { try missing.openSource() }
    #expect(error?.kind == .inputOutput)
  }

  @Test("Files of another geometry are refused by name")
  func sizes() throws {
    let scratch = try Scratch()
    let (small, large) = (scratch.file("small.h5"), scratch.file("large.h5"))
    try write(small, numbers: 0..<1)
    try write(large, numbers: 0..<1, size: [16, 4])
    let error = #expect(throws: TaggerError.self) {
      try load(data { $0.file = "\(small),\(large)" }, batches: 1)
    }
    #expect(error?.kind == .badData)
    #expect(
      error?.description.contains("of \(large)") == true
        || error?.description.contains("of \(small)") == true)
  }
}
