import CosmicTagger
import Foundation
import LArCV
import LArTPCSimulation
import Layers
import Networks
import Testing

/// Events as training sees them: loaded, changed, and compared with what the definitions say.
@Suite("Events to train on are changed")
struct AugmentationTests {
  /// A file of a few events whose every pixel of charge is of a class of its own plane and place.
  private func write(_ path: String, events: Int, size: [Int] = [8, 4]) throws {
    let names = DataConfiguration()
    let writer = try LArCVWriter(path: path, products: [names.imageProducer, names.labelProducer])
    for number in 0..<events {
      let images = (0..<2).map { plane in
        Pixels(
          projection: plane, size: size,
          pixels: (0..<12).map {
            ($0 * 2 / 3, [plane, 2 + plane, number % 4][$0 % 3], Float(1 + $0))
          }
        ).image
      }
      let labels = images.map { image in
        SparseImage(
          meta: image.meta, ids: image.ids, values: image.values.map { Float(Int($0) % 3) })
      }
      try writer.append(
        EventID(run: 1, subrun: 1, event: Int64(number)),
        images: [(names.imageProducer, images), (names.labelProducer, labels)])
    }
    try writer.close()
  }

  /// The sites of each batch as text.
  private func load(
    _ configuration: DataConfiguration, batches: Range<Int>, workers: Int = 2
  ) throws -> [[String]] {
    var network = UResNetConfiguration(preset: .a21)
    (network.initialFilters, network.depth, network.bottleneckDeepest) = (1, 1, 1)
    network.planes = 2
    let built = try UResNet(network, over: SparseConvolutions(seed: 0))
    let geometry = try ImageGeometry.find(in: configuration.openSource(), configuration)
    let loader = EventLoader(
      configuration, assembly: SiteAssembly(geometry, configuration),
      planner: NetworkPlanner(built, inputChannels: 1), batches: batches, workers: workers)
    return try batches.map { _ in
      let sites = try #require(try loader.next()).sites
      let keys = sites.plan.sites
      return (0..<keys.count).map { row in
        let place = [keys.packing.event(of: keys.keys[row])] + keys.coordinates(row: row)
        return "\(place) \(sites.features[row]) \(sites.labels[row])"
      }
    }
  }

  private func configuration(
    _ scratch: Scratch, _ change: (inout Augmentation) -> Void
  ) throws -> DataConfiguration {
    let path = scratch.file("events.h5")
    if !FileManager.default.fileExists(atPath: path) { try write(path, events: 3) }
    return data {
      $0.file = path
      $0.access = .serialAccess
      change(&$0.augmentation)
    }
  }

  /// What flips make of text, from the definition: rows of four drift bins, columns of eight wires.
  private func flipped(_ lines: [String], wires: Bool, drift: Bool) -> [String] {
    lines.map { line in
      let end = line.firstIndex(of: "]") ?? line.endIndex
      let place = line[line.index(after: line.startIndex)..<end].split(separator: ", ")
        .compactMap { Int($0) }
      let moved = [
        place[0], place[1], drift ? 3 - place[2] : place[2], wires ? 7 - place[3] : place[3],
      ]
      return "\(moved)\(line[line.index(after: end)...])"
    }.sorted()
  }

  @Test(
    "Flips count wires and ticks from the other end, labels and all",
    arguments: [(1.0, 0.0), (0, 1), (1, 1)])
  func flips(wire: Double, drift: Double) throws {
    let scratch = try Scratch()
    let plain = try load(configuration(scratch) { _ in }, batches: 0..<2)
    let changed = try load(
      configuration(scratch) { ($0.wireFlip, $0.driftFlip) = (wire, drift) }, batches: 0..<2)
    for (before, after) in zip(plain, changed) {
      #expect(after.sorted() == flipped(before, wires: wire == 1, drift: drift == 1))
    }
  }

  @Test("Charges of an event have one factor, whose logarithm spreads as asked for")
  func scale() throws {
    let scratch = try Scratch()
    func charges(_ spread: Double) throws -> [[Float]] {
      try load(
        configuration(scratch) { $0.chargeScale = spread }, batches: 0..<200
      ).map { $0.map { Float($0.split(separator: " ").dropLast().last ?? "") ?? .nan } }
    }
    var logarithms: [Double] = []
    for (before, after) in zip(try charges(0), try charges(0.1)) {
      // Two events of 24 pixels each.
      for event in 0..<2 {
        let ratios = (24 * event..<24 * event + 24).map { Double(after[$0] / before[$0]) }
        #expect((ratios.max() ?? 0) / (ratios.min() ?? 1) < 1.00001)
        logarithms.append(log(ratios[0]))
      }
    }
    let mean = logarithms.reduce(0, +) / Double(logarithms.count)
    let spread = (logarithms.reduce(0) { $0 + $1 * $1 } / Double(logarithms.count)).squareRoot()
    #expect(abs(mean) < 0.02)
    #expect(abs(spread - 0.1) < 0.015)
  }

  @Test("Dead wires lose all their pixels, and no other wire any")
  func dropout() throws {
    let scratch = try Scratch()
    let plain = try load(configuration(scratch) { _ in }, batches: 0..<100)
    let changed = try load(configuration(scratch) { $0.wireDropout = 0.25 }, batches: 0..<100)
    func wire(_ line: String) -> String {
      let parts = line.split(separator: "]")[0].split(separator: ", ")
      return "\(parts[0]) \(parts[1]) \(parts[3])"
    }
    var (wires, dead) = (0, 0)
    for (before, after) in zip(plain, changed) {
      let alive = Set(after.map(wire))
      #expect(after == before.filter { alive.contains(wire($0)) })
      wires += Set(before.map(wire)).count
      dead += Set(before.map(wire)).count - alive.count
    }
    #expect(abs(Double(dead) / Double(wires) - 0.25) < 0.03)
  }

  @Test("A batch is changed alike by any number of threads, and after a break")
  func position() throws {
    let scratch = try Scratch()
    let changing = try configuration(scratch) {
      ($0.wireFlip, $0.driftFlip, $0.chargeScale, $0.wireDropout) = (0.5, 0.5, 0.2, 0.1)
    }
    let all = try load(changing, batches: 0..<12, workers: 1)
    #expect(Set(all.map(\.description)).count > 6)
    #expect(try load(changing, batches: 0..<12, workers: 5) == all)
    #expect(try load(changing, batches: 5..<12) == Array(all[5...]))
  }

  @Test("Impossible values are refused")
  func refusals() {
    let wrong: [(inout Augmentation) -> Void] = [
      { $0.wireFlip = 1.5 }, { $0.driftFlip = -0.1 }, { $0.driftFlip = .nan },
      { $0.chargeScale = -1 }, { $0.wireDropout = 1 },
    ]
    for change in wrong {
      let error = #expect(throws: TaggerError.self) {
        try data { change(&$0.augmentation) }.validate()
      }
      #expect(error?.kind == .usage)
    }
  }
}
