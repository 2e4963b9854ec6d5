import Foundation
import HDF5Files
import LArCV
import Testing

@Suite("Voxels are decoded without HDF5, to the same bits")
struct StoredImagesTests {
  private static let voxels = "/Data/sparse2d_sbndwire_group/voxels"

  /// Events of planes that end at, before and behind the ends of chunks, and of empty ones.
  private func writtenFile(_ scratch: Scratch) throws -> String {
    let path = scratch.file("events.h5")
    let writer = try LArCVWriter(path: path, products: ["sbndwire"])
    for (entry, planes) in [[0, 0, 0], [999, 1, 0], [1000, 2500, 7], [0, 493, 0], [3, 0, 2]]
      .enumerated()
    {
      let images = planes.enumerated().map { MadeEvents.plane($0, voxels: $1, seed: entry) }
      try writer.append(MadeEvents.id(entry), images: [("sbndwire", images)])
    }
    try writer.close()
    return path
  }

  private func images(
    _ path: String, _ product: Product, isDecoded: Bool? = nil
  ) throws -> [[SparseImage]] {
    let reader = try LArCVReader(path: path)
    return try (0..<reader.entryCount).map { entry in
      let stored = try reader.storedImages(product, entry: entry)
      if let isDecoded { #expect(stored.isDecoded == isDecoded) }
      let images = try stored.images()
      #expect(stored.voxelCount == images.reduce(0) { $0 + $1.ids.count })
      #expect(stored.rowByteCount == 16 * stored.voxelCount)
      return images
    }
  }

  private func bits(_ events: [[SparseImage]]) -> [[[UInt32]]] {
    events.map { $0.map { $0.values.map(\.bitPattern) } }
  }

  @Test(
    "of every file of larcv3's, as HDF5 decodes them", .enabled(if: SharedData.isPresent),
    arguments: SharedData.described + [SharedData.allTypes])
  func realFiles(_ path: String) throws {
    let scratch = try Scratch()
    let copy = scratch.file("copy.h5")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
    let products = try LArCVReader(path: path).products.filter { $0.type.hasPrefix("sparse") }
    try #require(!products.isEmpty)
    for product in products {
      let direct = try images(path, product, isDecoded: false)
      try VoxelStorage(filters: [.shuffle]).rewrite(copy, "/Data/\(product)_group/voxels")
      let decoded = try images(copy, product, isDecoded: true)
      #expect(decoded.map { $0.map(\.meta) } == direct.map { $0.map(\.meta) })
      #expect(decoded.map { $0.map(\.ids) } == direct.map { $0.map(\.ids) })
      // One file has values that are not numbers, and so equal nothing.
      #expect(bits(decoded) == bits(direct))
    }
  }

  static let storages = [
    VoxelStorage(isDecodedByHDF5: false),
    VoxelStorage(filters: [], isDecodedByHDF5: false),
    VoxelStorage(chunk: 1, isDecodedByHDF5: false),
    VoxelStorage(chunk: 999, isDecodedByHDF5: false),
    VoxelStorage(chunk: 5_005, isDecodedByHDF5: false),
    VoxelStorage(chunk: 65_536, isDecodedByHDF5: false),
    VoxelStorage(chunk: 65_537),
    VoxelStorage(chunk: nil, filters: []),
    VoxelStorage(filters: [.shuffle, .deflate]),
    VoxelStorage(filters: [.fletcher32]),
    VoxelStorage(filters: [.deflate, .fletcher32]),
    VoxelStorage(filters: [.deflate, .deflate]),
    VoxelStorage(rows: .packed),
    VoxelStorage(rows: .valueFirst),
    VoxelStorage(rows: .doubleValues),
    VoxelStorage(rows: .bigEndian),
  ]

  @Test("however the rows are stored", arguments: storages)
  func ways(_ storage: VoxelStorage) throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch)
    let product = Product(type: "sparse2d", producer: "sbndwire")
    let expected = try images(path, product)
    #expect(expected.joined().reduce(0) { $0 + $1.ids.count } == 5005)
    try storage.rewrite(path, Self.voxels)
    #expect(try images(path, product, isDecoded: storage.isDecodedByHDF5) == expected)
  }

  @Test("in any order of the events, and on any thread")
  func threads() async throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch)
    let product = Product(type: "sparse2d", producer: "sbndwire")
    let expected = try images(path, product)
    let reader = try LArCVReader(path: path)
    for entries in [[4, 2, 3, 1, 2, 0], [2, 2, 2], [1, 4]] {
      let stored = try entries.map { try reader.storedImages(product, entry: $0) }
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for (entry, images) in zip(entries, stored) {
          group.addTask { try images.images() == expected[entry] }
        }
        for try await isEqual in group { #expect(isEqual) }
      }
    }
  }

  @Test("with each chunk read once by events in their order")
  func counting() throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch)
    let product = Product(type: "sparse2d", producer: "sbndwire")
    let reader = try LArCVReader(path: path)
    let read = try (0..<reader.entryCount).map {
      try reader.storedImages(product, entry: $0).storedByteCount
    }
    let table = try #require(reader.tree().first { $0.path == Self.voxels })
    #expect(read.reduce(0, +) == table.bytes)
    #expect(read[0] == 0)
  }

  @Test("where a chunk is not compressed, or was never written")
  func oddChunks() throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch)
    let product = Product(type: "sparse2d", producer: "sbndwire")
    let expected = try images(path, product)
    // A chunk that deflate cannot shrink is stored as it is, which its mask tells.
    var rows = [UInt8](repeating: 0, count: 16_000)
    for (row, id) in expected[1][0].ids.enumerated() {
      withUnsafeBytes(of: id) { rows.replaceSubrange(16 * row..<16 * row + 8, with: $0) }
    }
    do {
      let file = try opened(path)
      let dataset = try #require(file.open(Self.voxels))
      try dataset.writeChunk(rows, firstRow: 0, skippedFilters: 1)
    }
    #expect(try images(path, product, isDecoded: false)[1][0].ids == expected[1][0].ids)
    do {
      let file = try opened(path)
      try VoxelStorage().remove(Self.voxels, from: file)
      _ = try VoxelStorage().makeDataset(file, Self.voxels, 5005)
    }
    let unwritten = try images(path, product)
    #expect(unwritten.joined().allSatisfy { $0.ids.allSatisfy { $0 == 0 } })
    #expect(unwritten.map { $0.map(\.ids.count) } == expected.map { $0.map(\.ids.count) })
  }

  @Test(
    "and a damaged chunk is an error that names its rows",
    arguments: [0, 1, 2, 5, 40, -5, -1], [false, true])
  func damage(_ position: Int, isCut: Bool) throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch)
    let place = try opened(path).open(Self.voxels)?.chunkPlace(firstRow: 2000)
    let (address, size) = try #require(place)
    var file = try Data(contentsOf: URL(fileURLWithPath: path))
    let damaged = address + (position < 0 ? size + position : position)
    if isCut {
      file.replaceSubrange(damaged..<address + size, with: Data(count: address + size - damaged))
    } else {
      file[damaged] ^= 0x55
    }
    try file.write(to: URL(fileURLWithPath: path))
    let reader = try LArCVReader(path: path)
    let stored = try reader.storedImages(
      Product(type: "sparse2d", producer: "sbndwire"), entry: 2)
    let error = #expect(throws: LArCVError.self) { try stored.images() }
    #expect(error?.kind == .badData)
    #expect(
      error?.message
        == "\(path): \(Self.voxels) rows 2000..<3000 do not inflate to 16000 bytes; "
        + "copy or produce the file again")
    #expect(try reader.sparseImages(producer: "sbndwire", entry: 1).count == 3)
  }

  @Test("and a stream of too many or too few rows is damage", arguments: [999, 1001])
  func wrongLength(_ rows: Int) throws {
    let scratch = try Scratch()
    let path = try writtenFile(scratch)
    let longer = scratch.file("longer.h5")
    try FileManager.default.copyItem(atPath: path, toPath: longer)
    try VoxelStorage(chunk: rows).rewrite(longer, Self.voxels)
    do {
      let source = try #require(opened(longer).open(Self.voxels))
      let size = try #require(source.storedChunkBytes(firstRow: 0))
      let chunk = try source.storedChunk(firstRow: 0, size: size)
      let file = try opened(path)
      try #require(file.open(Self.voxels)).writeChunk(chunk.bytes, firstRow: 0, skippedFilters: 0)
    }
    let error = #expect(throws: LArCVError.self) {
      try LArCVReader(path: path).sparseImages(producer: "sbndwire", entry: 1)
    }
    #expect(error?.message.contains("rows 0..<1000 do not inflate to 16000 bytes") == true)
  }
}
