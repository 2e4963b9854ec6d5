import Foundation
import LArCV
import Testing

/// Events whose every number follows from their position.
enum MadeEvents {
  static func plane(_ projection: Int, voxels: Int, seed: Int = 0) -> SparseImage {
    let ids = (0..<voxels).map { UInt64($0 * 7 + (seed + $0) % 7) }
    let values = (0..<voxels).map { Float($0 + seed) * 0.25 - 3 }
    let meta = ImageMeta(projection: projection, voxelCounts: [512, 320])
    return SparseImage(meta: meta, ids: ids, values: values)
  }

  static func id(_ entry: Int) -> EventID {
    EventID(run: Int64(entry) - 1, subrun: .min, event: .max - Int64(entry))
  }
}

@Suite("What is written is read back")
struct RoundTripTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let events: Int
    /// Voxels of each plane; an event e has `e` more in the planes that are not empty.
    let planes: [Int]
    var compression = 1
    var producers = ["sbndwire"]

    var testDescription: String {
      "\(events) events of planes \(planes), \(producers), level \(compression)"
    }

    func images(_ entry: Int, _ producer: Int) -> [SparseImage] {
      planes.enumerated().map { plane, voxels in
        MadeEvents.plane(plane, voxels: voxels == 0 ? 0 : voxels + entry, seed: entry + producer)
      }
    }
  }

  @Test(
    "exactly, whatever the shape",
    arguments: [
      Shape(events: 0, planes: [5, 5, 5]),
      Shape(events: 1, planes: []),
      Shape(events: 3, planes: []),
      Shape(events: 1, planes: [1]),
      Shape(events: 4, planes: [0]),
      Shape(events: 12, planes: [0, 0, 0]),
      Shape(events: 5, planes: [0, 40, 0]),
      Shape(events: 2, planes: [999, 1000, 1001], compression: 0),
      Shape(events: 2, planes: [20_000, 2, 3], compression: 9),
      Shape(events: 3, planes: [4, 5], producers: ["sbndwire", "sbnd_cosmicseg", "a_b_c_group"]),
      Shape(events: 1234, planes: [3, 0, 1], producers: ["one", "two"]),
    ])
  func roundTrip(_ shape: Shape) throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    let writer = try LArCVWriter(
      path: path, products: shape.producers, compression: shape.compression)
    for entry in 0..<shape.events {
      let images = shape.producers.enumerated().map { ($1, shape.images(entry, $0)) }
      try writer.append(MadeEvents.id(entry), images: images.reversed())
    }
    try writer.close()
    #expect(scratch.contents == ["events.h5"])

    let reader = try LArCVReader(path: path)
    #expect(reader.entryCount == shape.events)
    #expect(reader.products.map(\.producer) == shape.producers.sorted())
    for entry in 0..<shape.events {
      #expect(try reader.eventID(entry: entry) == MadeEvents.id(entry))
      for (index, producer) in shape.producers.enumerated() {
        let images = try reader.sparseImages(producer: producer, entry: entry)
        #expect(images == shape.images(entry, index))
      }
    }
    #expect(try reader.tree().count == 1 + 4 * shape.producers.count)
  }

  @Test("with the geometry's sizes and origin")
  func geometry() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    let meta = ImageMeta(
      isValid: true, projection: 0, voxelCounts: [1408, 2048], imageSizes: [439.466, 614.4],
      origin: [-18.103, -57.6])
    let image = SparseImage(meta: meta, ids: [0, 1408 * 2048 - 1], values: [1, -2])
    let writer = try LArCVWriter(path: path, products: ["sbndwire"])
    try writer.append(MadeEvents.id(0), images: [("sbndwire", [image])])
    try writer.close()
    let images = try LArCVReader(path: path).sparseImages(producer: "sbndwire", entry: 0)
    #expect(images == [image])
  }

  @Test("real events survive being copied", .enabled(if: SharedData.isPresent))
  func copy() throws {
    let scratch = try Scratch()
    let path = scratch.file("copy.h5")
    let source = try LArCVReader(path: "\(SharedData.directory)/sbnd_events_train.h5")
    let producers = ["sbndwire", "sbnd_cosmicseg"]
    let writer = try LArCVWriter(path: path, products: producers)
    for entry in 0..<source.entryCount {
      var images: [(producer: String, images: [SparseImage])] = []
      for producer in producers {
        images.append((producer, try source.sparseImages(producer: producer, entry: entry)))
      }
      try writer.append(try source.eventID(entry: entry), images: images)
    }
    try writer.close()
    let copy = try LArCVReader(path: path)
    for entry in 0..<source.entryCount {
      #expect(try copy.eventID(entry: entry) == source.eventID(entry: entry))
      for producer in producers {
        let images = try copy.sparseImages(producer: producer, entry: entry)
        #expect(try images == source.sparseImages(producer: producer, entry: entry))
      }
    }
  }

  @Test("and is not held open by a writer that has closed it")
  func release() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    let writer = try LArCVWriter(
      path: path, products: ["sbndwire"], clusters: ["sbndneutrino"],
      particles: ["sbndneutrino"])
    try writer.close()
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    let open = descriptors.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }
    withExtendedLifetime(writer) { #expect(!open.contains(path)) }
  }
}
