import CHDF5

/// How another writer than larcv3 may store the same rows.
struct StoredForm {
  enum Numbers {
    case asTheyAre
    case bigEndian
    case wide
    case narrow
    case halfPrecision
  }

  enum Layout {
    case chunked(Int)
    case contiguous
    case compact
  }

  var numbers = Numbers.asTheyAre
  var layout = Layout.chunked(10)
  /// Whether members lie one after another; otherwise each takes a multiple of eight bytes.
  var isPacked = false
  var isReversed = false
  var hasExtraMembers = false
  var validIsEnumeration = false
  var omittedMembers: Set<String> = []
  var deflate: UInt32?
  var isShuffled = false
  var hasChecksums = false
  /// A filter by its number, to be found in the file by those who read it.
  var otherFilter: Int32?
  var hasFixedSize = false
  var userBlock = 0
  var tracksOrder = false
  var versions = (low: H5F_LIBVER_EARLIEST, high: H5F_LIBVER_V110)
  var hasExtraObjects = false
}

/// HDF5 said no where a test wanted a yes.
struct StorageFailure: Error {}

/// An identifier that was taken for good.
func sound(_ identifier: hid_t) throws -> hid_t {
  guard identifier >= 0 else { throw StorageFailure() }
  return identifier
}

/// A result that was.
func done(_ result: herr_t) throws {
  guard result >= 0 else { throw StorageFailure() }
}

extension StoredForm {
  /// The type of a row in memory, without any padding.
  func memoryType(of table: StoredTable) throws -> hid_t {
    let size = table.columns.reduce(0) { $0 + $1.kind.bytes.count }
    let type = try sound(H5Tcreate(H5T_COMPOUND, size))
    var offset = 0
    for column in table.columns {
      let isTruth = column.name == "valid" && validIsEnumeration
      // HDF5 converts enumerations to numbers, but not back.
      let member = try isTruth ? enumeration() : Self.nativeType(column.kind)
      try done(H5Tinsert(type, column.name, offset, member))
      offset += column.kind.bytes.count
    }
    return type
  }

  /// The type of a row in the file.
  func fileType(of table: StoredTable) throws -> hid_t {
    var members = try table.columns.filter { !omittedMembers.contains($0.name) }.map {
      ($0.name, try storedType($0.name, $0.kind))
    }
    if hasExtraMembers {
      members.insert(("weight", submanifold_h5_native_double()), at: 1)
      members.append(("quality", submanifold_h5_native_uint8()))
    }
    if isReversed { members.reverse() }
    let sizes = members.map { isPacked ? H5Tget_size($0.1) : (H5Tget_size($0.1) + 7) / 8 * 8 }
    let type = try sound(H5Tcreate(H5T_COMPOUND, sizes.reduce(0, +)))
    var offset = 0
    for (member, size) in zip(members, sizes) {
      try done(H5Tinsert(type, member.0, offset, member.1))
      offset += size
    }
    return type
  }

  private static func nativeType(_ cell: Cell) throws -> hid_t {
    switch cell {
    case .uint8: submanifold_h5_native_uint8()
    case .uint32: submanifold_h5_native_uint32()
    case .uint64: submanifold_h5_native_uint64()
    case .int64: submanifold_h5_native_int64()
    case .float32: submanifold_h5_native_float()
    case .float64s(let values):
      try array(submanifold_h5_native_double(), values.count)
    case .uint64s(let values):
      try array(submanifold_h5_native_uint64(), values.count)
    }
  }

  private static func array(_ base: hid_t, _ count: Int) throws -> hid_t {
    var extent = hsize_t(count)
    return try sound(H5Tarray_create2(base, 1, &extent))
  }

  private func storedType(_ name: String, _ cell: Cell) throws -> hid_t {
    if name == "valid", validIsEnumeration { return try enumeration() }
    switch cell {
    case .float64s(let values):
      return try Self.array(number(submanifold_h5_native_double()), values.count)
    case .uint64s(let values):
      return try Self.array(number(submanifold_h5_native_uint64()), values.count)
    default: return try number(Self.nativeType(cell))
    }
  }

  private func number(_ native: hid_t) throws -> hid_t {
    let type = try sound(H5Tcopy(native))
    let isFloat = H5Tget_class(native) == H5T_FLOAT
    switch numbers {
    case .asTheyAre: break
    case .bigEndian: try done(H5Tset_order(type, H5T_ORDER_BE))
    case .wide where isFloat: return try sound(H5Tcopy(submanifold_h5_native_double()))
    case .wide: try done(H5Tset_size(type, 8))
    case .narrow where isFloat: return try sound(H5Tcopy(submanifold_h5_native_float()))
    // Labels of events have numbers of all widths.
    case .narrow where H5Tget_sign(native) == H5T_SGN_NONE: try done(H5Tset_size(type, 2))
    case .halfPrecision where isFloat:
      try done(H5Tset_fields(type, 15, 10, 5, 0, 10))
      try done(H5Tset_precision(type, 16))
      try done(H5Tset_size(type, 2))
      try done(H5Tset_ebias(type, 15))
    default: break
    }
    return type
  }

  /// How Python stores truth.
  private func enumeration() throws -> hid_t {
    let base = try sound(H5Tcopy(submanifold_h5_native_uint8()))
    try done(H5Tset_sign(base, H5T_SGN_2))
    let type = try sound(H5Tenum_create(base))
    for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
      var value = value
      try done(H5Tenum_insert(type, name, &value))
    }
    return type
  }
}
