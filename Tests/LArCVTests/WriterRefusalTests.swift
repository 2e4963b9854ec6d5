import Foundation
import LArCV
import Testing

@Suite("The writer refuses")
struct WriterRefusalTests {
  struct Unfit: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let words: String
    let change: @Sendable (inout [SparseImage]) -> Void

    init(
      _ name: String, _ words: String, _ change: @escaping @Sendable (inout [SparseImage]) -> Void
    ) {
      testDescription = name
      self.words = words
      self.change = change
    }
  }

  @Test(
    "an unfit event, and keeps those before and after it",
    arguments: [
      Unfit("unsorted", "voxel 1 has id 3 after 5") { $0[1].ids = [5, 3] },
      Unfit("duplicate", "voxel 1 repeats id 5") { $0[1].ids = [5, 5] },
      Unfit("outside", "voxel 1 has id 163840, outside") { $0[1].ids = [5, 163_840] },
      Unfit("nan", "voxel 0 (id 4) has value nan") { $0[1].values[0] = .nan },
      Unfit("infinite", "has value -inf") { $0[1].values[1] = -.infinity },
      Unfit("lengths", "3 ids but 2 values") { $0[1].ids.append(9) },
      Unfit("projection", "plane 1 has projection 2") { $0[1].meta.projection = 2 },
      Unfit("invalid", "not valid") { $0[1].meta.isValid = false },
      Unfit("axes", "two axes") { $0[1].meta.voxelCounts = [1, 2, 3] },
      Unfit("negative", "image of [-1, 2]") { $0[1].meta.voxelCounts = [-1, 2] },
      Unfit("huge", "image of") { $0[1].meta.voxelCounts = [.max, .max] },
      Unfit("size", "not finite") { $0[1].meta.origin = [.nan, 0] },
      Unfit("planes", "has no plane where others have") { $0 = [] },
    ])
  func unfit(_ unfit: Unfit) throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    let planes = (0..<2).map {
      SparseImage(
        meta: ImageMeta(projection: $0, voxelCounts: [512, 320]), ids: [4, 6], values: [1, 2])
    }
    let writer = try LArCVWriter(path: path, products: ["a", "b"])
    try writer.append(MadeEvents.id(0), images: [("a", planes), ("b", planes)])
    var changed = planes
    unfit.change(&changed)
    let error = #expect(throws: LArCVError.self) {
      try writer.append(MadeEvents.id(1), images: [("a", planes), ("b", changed)])
    }
    #expect(error?.kind == .usage)
    #expect(error?.message.contains(unfit.words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("sparse2d_b, event 1") == true)
    try writer.append(MadeEvents.id(2), images: [("a", planes), ("b", planes)])
    try writer.close()
    let reader = try LArCVReader(path: path)
    #expect(reader.entryCount == 2)
    for producer in ["a", "b"] {
      #expect(try reader.sparseImages(producer: producer, entry: 1) == planes)
    }
    #expect(try reader.eventID(entry: 1) == MadeEvents.id(2))
  }

  @Test("missing, unknown and repeated products", arguments: [["a"], ["a", "c"], ["a", "a"], []])
  func products(_ given: [String]) throws {
    let scratch = try Scratch()
    let writer = try LArCVWriter(path: scratch.file("events.h5"), products: ["a", "b"])
    #expect(throws: LArCVError.self) {
      try writer.append(MadeEvents.id(0), images: given.map { ($0, []) })
    }
  }

  @Test(
    "names larcv3 cannot read back",
    arguments: [
      [], [""], ["a/b"], ["a b"], ["a", "a"], [String(repeating: "x", count: 113)], ["é"],
    ]
  )
  func producers(_ names: [String]) throws {
    let scratch = try Scratch()
    let error = #expect(throws: LArCVError.self) {
      _ = try LArCVWriter(path: scratch.file("events.h5"), products: names)
    }
    #expect(error?.kind == .usage)
    #expect(scratch.contents.isEmpty)
  }

  @Test("levels deflate does not have", arguments: [-1, 10])
  func compression(_ level: Int) throws {
    let scratch = try Scratch()
    #expect(throws: LArCVError.self) {
      _ = try LArCVWriter(
        path: scratch.file("events.h5"), products: ["a"], compression: level)
    }
  }

  @Test("places where no file can be", arguments: ["", "/", ".", "absent/events.h5"])
  func places(_ name: String) throws {
    let scratch = try Scratch()
    let path = name == "absent/events.h5" ? scratch.file(name) : name
    #expect(throws: LArCVError.self) { _ = try LArCVWriter(path: path, products: ["a"]) }
    #expect(scratch.contents.isEmpty)
  }

  @Test("events after closing; closing twice is harmless")
  func closed() throws {
    let scratch = try Scratch()
    let writer = try LArCVWriter(path: scratch.file("events.h5"), products: ["a"])
    try writer.close()
    try writer.close()
    let error = #expect(throws: LArCVError.self) {
      try writer.append(MadeEvents.id(0), images: [("a", [])])
    }
    #expect(error?.kind == .usage)
  }

  @Test("to leave half a file: an unfinished one is gone, and what was there stays")
  func unfinished() throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try Data("before".utf8).write(to: URL(fileURLWithPath: path))
    do {
      let writer = try LArCVWriter(path: path, products: ["a"])
      try writer.append(MadeEvents.id(0), images: [("a", [MadeEvents.plane(0, voxels: 9)])])
      #expect(scratch.contents.count == 2)
    }
    #expect(scratch.contents == ["events.h5"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
  }
}
