import CHDF5
import HDF5Files
import Testing

/// A way to store the rows of a table of voxels, which other writers than larcv3 might choose.
struct VoxelStorage: Sendable, CustomTestStringConvertible {
  enum Rows: String, Sendable {
    /// id and value in 16 bytes, as larcv3 has them.
    case padded
    /// Without the four bytes at the end.
    case packed
    case valueFirst
    case doubleValues
    case bigEndian
  }

  enum Filter: String, Sendable {
    case deflate
    case shuffle
    case fletcher32
  }

  var rows = Rows.padded
  /// Rows of a chunk; nil stores all in one piece.
  var chunk: Int? = 1000
  var filters: [Filter] = [.deflate]
  /// Whether the reader may do without HDF5's decoding.
  var isDecodedByHDF5 = true

  var testDescription: String {
    let storage = chunk.map { "chunks of \($0)" } ?? "one piece"
    return "\(rows) rows in \(storage), filters \(filters.map(\.rawValue))"
  }

  /// Takes a table out of a file and stores it in this way.
  func rewrite(_ path: String, _ table: String) throws {
    try write(to: opened(path), table)
  }

  private func write(to file: HDF5Handle, _ table: String) throws {
    let (rows, bytes) = try Self.read(file, table)
    try remove(table, from: file)
    try makeDataset(file, table, rows).write(bytes)
  }

  func remove(_ table: String, from file: HDF5Handle) throws {
    try HDF5.check(H5Ldelete(file.identifier, table, HDF5.standard))
  }

  /// A table's rows, laid out as in memory.
  private static func read(
    _ file: HDF5Handle, _ table: String
  ) throws -> (rows: Int, bytes: [UInt8]) {
    guard let dataset = file.open(table), let rows = dataset.extents?.first else {
      throw HDF5Failure(reason: HDF5.reason())
    }
    guard let type = voxelType() else { throw HDF5Failure(reason: HDF5.reason()) }
    var bytes = [UInt8](repeating: 0, count: 16 * rows)
    try dataset.readRows(0..<rows, as: type, into: &bytes)
    return (rows, bytes)
  }

  func makeDataset(_ file: HDF5Handle, _ table: String, _ rows: Int) throws -> HDF5Handle {
    var extent = hsize_t(rows)
    // Chunks may be longer than a table only where the table can grow.
    var limit = chunk == nil ? extent : HDF5.unlimited
    guard let type = try storedType(),
      let space = HDF5Handle(H5Screate_simple(1, &extent, &limit)),
      let creation = HDF5Handle(H5Pcreate(submanifold_h5_dataset_create()))
    else { throw HDF5Failure(reason: HDF5.reason()) }
    try creation.set(chunk, filters)
    return try make(file, table, type, space, creation)
  }

  private func make(
    _ file: HDF5Handle, _ table: String, _ type: HDF5Handle, _ space: HDF5Handle,
    _ creation: HDF5Handle
  ) throws -> HDF5Handle {
    guard
      let dataset = HDF5Handle(
        H5Dcreate2(
          file.identifier, table, type.identifier, space.identifier, HDF5.standard,
          creation.identifier, HDF5.standard))
    else { throw HDF5Failure(reason: HDF5.reason()) }
    return dataset
  }

  private func storedType() throws -> HDF5Handle? {
    switch rows {
    case .padded: Self.voxelType()
    case .packed: Self.type(id: 0, value: 8, size: 12)
    case .valueFirst: Self.type(id: 8, value: 0, size: 16)
    case .doubleValues: Self.type(id: 0, value: 8, size: 16, values: .float64)
    case .bigEndian: try Self.type(id: 0, value: 8, size: 16)?.bigEndian()
    }
  }

  private static func type(
    id: Int, value: Int, size: Int, values: Scalar = .float32
  ) -> HDF5Handle? {
    RowLayout(
      columns: [
        Column(name: "id", scalar: .uint64, offset: id),
        Column(name: "value", scalar: values, offset: value),
      ], size: size, chunkRows: 1
    ).compoundType()
  }

  static func voxelType() -> HDF5Handle? { type(id: 0, value: 8, size: 16) }
}

/// Opens a file to change it.
func opened(_ path: String) throws -> HDF5Handle {
  HDF5.silence()
  // A child process begun meanwhile would hold the lock; 1 is H5F_ACC_RDWR, a macro that Swift
  // cannot import.
  guard let access = HDF5Handle(H5Pcreate(submanifold_h5_file_access())),
    H5Pset_file_locking(access.identifier, false, true) >= 0,
    let file = HDF5Handle(H5Fopen(path, 1, access.identifier))
  else {
    throw HDF5Failure(reason: HDF5.reason())
  }
  return file
}

extension HDF5Handle {
  fileprivate func set(_ chunk: Int?, _ filters: [VoxelStorage.Filter]) throws {
    guard let chunk else { return }
    var rows = hsize_t(chunk)
    try HDF5.check(H5Pset_chunk(identifier, 1, &rows))
    for filter in filters {
      switch filter {
      case .deflate: try HDF5.check(H5Pset_deflate(identifier, 1))
      case .shuffle: try HDF5.check(H5Pset_shuffle(identifier))
      case .fletcher32: try HDF5.check(H5Pset_fletcher32(identifier))
      }
    }
  }

  fileprivate func bigEndian() throws -> HDF5Handle {
    guard let type = HDF5Handle(H5Tcreate(H5T_COMPOUND, typeSize)) else {
      throw HDF5Failure(reason: HDF5.reason())
    }
    for (name, offset) in [("id", 0), ("value", 8)] {
      guard let member = memberType(name)?.copied() else {
        throw HDF5Failure(reason: HDF5.reason())
      }
      try member.turnBigEndian()
      try type.insert(member, name, offset)
    }
    return type
  }

  private func copied() -> HDF5Handle? { HDF5Handle(H5Tcopy(identifier)) }

  private func turnBigEndian() throws {
    try HDF5.check(H5Tset_order(identifier, H5T_ORDER_BE))
  }

  private func insert(_ member: HDF5Handle, _ name: String, _ offset: Int) throws {
    try HDF5.check(H5Tinsert(identifier, name, offset, member.identifier))
  }

  /// Writes all rows of a table of voxels.
  fileprivate func write(_ bytes: [UInt8]) throws {
    guard let type = VoxelStorage.voxelType() else {
      throw HDF5Failure(reason: HDF5.reason())
    }
    try writeRows(0..<bytes.count / 16, as: type, from: bytes)
  }

  /// Writes a chunk as it is, leaving out the filters whose bits are set.
  func writeChunk(_ bytes: [UInt8], firstRow: Int, skippedFilters: UInt32) throws {
    var offset = hsize_t(firstRow)
    try HDF5.check(
      H5Dwrite_chunk(identifier, HDF5.standard, skippedFilters, &offset, bytes.count, bytes))
  }

  /// Where in the file a chunk's bytes are, and how many.
  func chunkPlace(firstRow: Int) throws -> (address: Int, size: Int) {
    var offset = hsize_t(firstRow)
    var skipped: UInt32 = 0
    var address: haddr_t = 0
    var size: hsize_t = 0
    try HDF5.check(H5Dget_chunk_info_by_coord(identifier, &offset, &skipped, &address, &size))
    return (Int(address), Int(size))
  }
}
