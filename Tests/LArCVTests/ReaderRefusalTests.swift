import Foundation
import LArCV
import Testing

@Suite("The reader says what is wrong")
struct ReaderRefusalTests {
  private func writtenFile(_ scratch: Scratch, events: Int = 3) throws -> String {
    let path = scratch.file("events.h5")
    let writer = try LArCVWriter(path: path, products: ["sbndwire", "sbnd_cosmicseg"])
    for entry in 0..<events {
      let planes = (0..<3).map { MadeEvents.plane($0, voxels: 50, seed: entry) }
      try writer.append(
        MadeEvents.id(entry), images: [("sbndwire", planes), ("sbnd_cosmicseg", planes)])
    }
    try writer.close()
    return path
  }

  @Test("a file that is not there, a directory, an empty path", arguments: ["absent.h5", ".", ""])
  func missing(_ name: String) throws {
    let scratch = try Scratch()
    let path = name == "absent.h5" ? scratch.file(name) : name
    let error = #expect(throws: LArCVError.self) { _ = try LArCVReader(path: path) }
    #expect(error?.kind == .inputOutput)
    #expect(error?.message.hasPrefix(path) == true)
  }

  @Test("text and nothing at all", arguments: ["run,subrun,event\n1,2,3\n", ""])
  func text(_ content: String) throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: LArCVError.self) { _ = try LArCVReader(path: path) }
    #expect(error?.kind == .badData)
    #expect(error?.message.contains("is not an HDF5 file") == true)
  }

  @Test("an entry that is not there", arguments: [-1, 3, Int.max, Int.min])
  func entry(_ entry: Int) throws {
    let scratch = try Scratch()
    let reader = try LArCVReader(path: writtenFile(scratch))
    let error = #expect(throws: LArCVError.self) {
      _ = try reader.sparseImages(producer: "sbndwire", entry: entry)
    }
    #expect(error?.kind == .usage)
    #expect(error?.message.contains("has no entry \(entry); entries go from 0 to 2") == true)
    #expect(throws: LArCVError.self) { _ = try reader.eventID(entry: entry) }
  }

  @Test("a producer that is not there, naming those that are")
  func producer() throws {
    let scratch = try Scratch()
    let reader = try LArCVReader(path: writtenFile(scratch))
    let error = #expect(throws: LArCVError.self) {
      _ = try reader.sparseImages(producer: "sbnd", entry: 0)
    }
    #expect(error?.kind == .usage)
    #expect(error?.message.contains("choose among sbnd_cosmicseg, sbndwire") == true)
    let typed = #expect(throws: LArCVError.self) {
      _ = try reader.sparseImages(Product(type: "particle", producer: "sbndwire"), entry: 0)
    }
    #expect(typed?.kind == .usage)
  }

  @Test(
    "what is unfit for training",
    arguments: [
      ([3, 2], [1, 1], "voxel 1 has id 2 after 3"),
      ([3, 3], [1, 1], "voxel 1 repeats id 3"),
      ([3, 99], [1, 1], "voxel 1 has id 99, outside the image of 12 voxels"),
      ([3, 4], [1, Float.nan], "voxel 1 (id 4) has value nan"),
      ([3, 4], [Float.infinity, 1], "voxel 0 (id 3) has value inf"),
      ([3], [1, 1], "1 ids but 2 values"),
    ] as [([UInt64], [Float], String)])
  func training(_ ids: [UInt64], _ values: [Float], _ words: String) throws {
    let meta = ImageMeta(projection: 2, voxelCounts: [3, 4])
    let image = SparseImage(meta: meta, ids: ids, values: values)
    let product = Product(type: "sparse2d", producer: "sbndwire")
    let error = #expect(throws: LArCVError.self) {
      try image.checkedForTraining(file: "events.h5", product: product, entry: 7)
    }
    let start = "events.h5: sparse2d_sbndwire, event 7, projection 2: "
    #expect(error?.message.hasPrefix(start + words) == true, "\(error?.message ?? "")")
    #expect(error?.kind == .badData)
  }

  @Test("nothing of an image that is fit for training")
  func fit() throws {
    let product = Product(type: "sparse2d", producer: "sbndwire")
    for voxels in [0, 1, 100] {
      let image = MadeEvents.plane(0, voxels: voxels)
      #expect(try image.checkedForTraining(file: "f", product: product, entry: 0) == image)
    }
  }

  @Test("many readers of one file on many threads agree")
  func threads() async throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch, events: 40)
    try await withThrowingTaskGroup(of: UInt32.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let reader = try LArCVReader(path: path)
          var ids: [UInt64] = []
          for entry in 0..<reader.entryCount {
            ids += try reader.sparseImages(producer: "sbndwire", entry: entry).flatMap(\.ids)
          }
          return Checksum.of(ids)
        }
      }
      let checksums = try await group.reduce(into: Set<UInt32>()) { $0.insert($1) }
      #expect(checksums.count == 1)
    }
  }
}
