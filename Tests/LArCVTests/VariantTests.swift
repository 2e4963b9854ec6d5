import CHDF5
import LArCV
import Testing

@Suite("Files of other writers")
struct VariantTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout StoredForm) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout StoredForm) -> Void) {
      testDescription = name
      self.change = change
    }
  }

  /// What the real larcv3 reads as if it had written it.
  static let written: [Variant] =
    [
      Variant("as larcv3") { $0.deflate = 1 },
      Variant("packed rows") { $0.isPacked = true },
      Variant("members in another order") { $0.isReversed = true },
      Variant("extra members") { $0.hasExtraMembers = true },
      Variant("64 bits for every number") { $0.numbers = .wide },
      Variant("16 bits for counts, 32 for lengths") { $0.numbers = .narrow },
      Variant("big endian") { $0.numbers = .bigEndian },
      Variant("half precision") { $0.numbers = .halfPrecision },
      Variant("truth as an enumeration") { $0.validIsEnumeration = true },
      Variant("contiguous") { $0.layout = .contiguous },
      Variant("compact") { $0.layout = .compact },
      Variant("uncompressed chunks") { $0.layout = .chunked(1000) },
      Variant("chunks of one row") { $0.layout = .chunked(1) },
      Variant("a shuffle") { ($0.isShuffled, $0.deflate) = (true, 4) },
      Variant("checksums") { $0.hasChecksums = true },
      Variant("all three filters") {
        ($0.isShuffled, $0.deflate, $0.hasChecksums) = (true, 9, true)
      },
      Variant("a fixed size") { ($0.hasFixedSize, $0.layout) = (true, .chunked(2)) },
      Variant("other groups, datasets and attributes") { $0.hasExtraObjects = true },
      Variant("a user block") { $0.userBlock = 512 },
      Variant("a long user block") { $0.userBlock = 4096 },
      Variant("links in order of creation") { $0.tracksOrder = true },
      Variant("superblock 2") { $0.versions = (H5F_LIBVER_V18, H5F_LIBVER_V18) },
      Variant("superblock 3") { $0.versions = (H5F_LIBVER_V110, H5F_LIBVER_V110) },
      Variant("everything at once") {
        $0.numbers = .bigEndian
        ($0.isPacked, $0.isReversed, $0.hasExtraMembers, $0.hasExtraObjects) =
          (true, true, true, true)
        ($0.isShuffled, $0.deflate, $0.hasChecksums, $0.userBlock) = (true, 9, true, 1024)
        $0.versions = (H5F_LIBVER_V18, H5F_LIBVER_V110)
      },
    ]
    + (0...9).map { level in Variant("deflate \(level as Int)") { $0.deflate = UInt32(level) } }

  @Test("are read as larcv3 reads them, and nothing is wrong with them", arguments: written)
  func accepted(_ variant: Variant) throws {
    var form = StoredForm()
    variant.change(&form)
    let content = StoredContent()
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try StoredFile(form: form).write(content, to: path)
    let reader = try LArCVReader(path: path)
    try #require(reader.entryCount == 3)
    // Sixteen bits hold small numbers only.
    let ids = try (0..<3).map { try reader.eventID(entry: $0) }
    #expect(ids.map { [$0.run, $0.subrun, $0.event] } == content.eventIDs)
    for entry in 0..<3 {
      #expect(try reader.sparseImages(producer: "sbndwire", entry: entry) == content.images(entry))
    }
    var check = try FileCheck(path: path, imageProducer: "sbndwire", labelProducer: "sbndwire")
    check.run()
    #expect(check.problems.count == 0, "\(check.problems.groups)")
  }

  @Test("may leave the origin away, which then is zero, and the numbers of extents")
  func omitted() throws {
    var form = StoredForm()
    form.omittedMembers = ["origin", "ID"]
    let content = StoredContent()
    let scratch = try Scratch()
    try StoredFile(form: form).write(content, to: scratch.file("events.h5"))
    let reader = try LArCVReader(path: scratch.file("events.h5"))
    let images = try reader.sparseImages(producer: "sbndwire", entry: 2)
    #expect(images.map(\.meta.origin) == [[0, 0], [0, 0]])
    #expect(images.map(\.ids) == content.images(2).map(\.ids))
  }

  @Test("may have events of fewer projections, and of none, which real larcv3 does not see")
  func projections() throws {
    let scratch = try Scratch()
    let content = StoredContent(voxelsOfPlanes: [[3, 2], [], [4]])
    try StoredFile(form: StoredForm()).write(content, to: scratch.file("events.h5"))
    let reader = try LArCVReader(path: scratch.file("events.h5"))
    for entry in 0..<3 {
      #expect(try reader.sparseImages(producer: "sbndwire", entry: entry) == content.images(entry))
    }
    var check = try FileCheck(path: scratch.file("events.h5"))
    check.run()
    #expect(check.problems.groups.flatMap(\.first).map(\.entry) == [1])
  }

  @Test("may have groups of types that nobody knows, which are read past and reported")
  func unknownTypes() throws {
    let scratch = try Scratch()
    var file = StoredFile(form: StoredForm())
    file.groups = ["foo_bar_group", "notes_of_mine", "sparse2d_sbndwire_group"]
    let content = StoredContent()
    try file.write(content, to: scratch.file("events.h5"))
    let reader = try LArCVReader(path: scratch.file("events.h5"))
    #expect(try reader.sparseImages(producer: "sbndwire", entry: 1) == content.images(1))
    var check = try FileCheck(path: scratch.file("events.h5"))
    check.run()
    #expect(
      check.problems.groups.map(\.dataset) == ["/Data/foo_bar_group", "/Data/notes_of_mine"])
  }
}

extension StoredContent {
  /// What must be read of an event.
  func images(_ entry: Int) -> [SparseImage] {
    let event = events[entry]
    return (Int(event.first)..<Int(event.first) + Int(event.count)).map { row in
      let meta = metas[row]
      let range =
        Int(projections[row].first)..<Int(projections[row].first)
        + Int(projections[row].count)
      return SparseImage(
        meta: ImageMeta(
          isValid: meta.valid == 1, projection: Int(meta.projection),
          voxelCounts: meta.voxelCounts.map(Int.init), imageSizes: meta.sizes,
          origin: meta.origin),
        ids: voxels[range].map(\.id), values: voxels[range].map(\.value))
    }
  }
}
