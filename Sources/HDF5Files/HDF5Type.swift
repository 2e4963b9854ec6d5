import CHDF5

extension Scalar {
  /// The library's own type; never to be closed.
  package var nativeType: hid_t {
    switch self {
    case .uint8: submanifold_h5_native_uint8()
    case .int16: submanifold_h5_native_int16()
    case .uint16: submanifold_h5_native_uint16()
    case .int32: submanifold_h5_native_int32()
    case .uint32: submanifold_h5_native_uint32()
    case .uint64: submanifold_h5_native_uint64()
    case .int64: submanifold_h5_native_int64()
    case .float32: submanifold_h5_native_float()
    case .float64: submanifold_h5_native_double()
    case .character: submanifold_h5_c_string()
    }
  }
}

extension RowLayout {
  /// The HDF5 compound type of the columns named; nil when HDF5 has no memory left.
  package func compoundType(columns names: Set<String>) -> HDF5Handle? {
    guard let type = HDF5Handle(H5Tcreate(H5T_COMPOUND, size)) else { return nil }
    for column in columns where names.contains(column.name) {
      guard type.insert(column) else { return nil }
    }
    return type
  }

  /// The HDF5 compound type of every column.
  package func compoundType() -> HDF5Handle? { compoundType(columns: Set(columns.map(\.name))) }
}

extension Column {
  /// The HDF5 type of a column of more than one number.
  fileprivate var compositeType: HDF5Handle? {
    if let parts {
      let size = H5Tget_size(scalar.nativeType)
      let columns = parts.enumerated().map {
        Column(name: $1, scalar: scalar, offset: $0 * size)
      }
      return RowLayout(columns: columns, size: size * parts.count, chunkRows: 1).compoundType()
    }
    guard let count else { return nil }
    if scalar == .character {
      guard let text = HDF5Handle(H5Tcopy(scalar.nativeType)),
        H5Tset_size(text.identifier, count) >= 0
      else { return nil }
      return text
    }
    var extent = hsize_t(count)
    return HDF5Handle(H5Tarray_create2(scalar.nativeType, 1, &extent))
  }
}

extension HDF5Handle {
  fileprivate func insert(_ column: Column) -> Bool {
    if column.count == nil, column.parts == nil {
      return H5Tinsert(identifier, column.name, column.offset, column.scalar.nativeType) >= 0
    }
    guard let member = column.compositeType else { return false }
    return insert(member, name: column.name, offset: column.offset)
  }

  private func insert(_ member: HDF5Handle, name: String, offset: Int) -> Bool {
    H5Tinsert(identifier, name, offset, member.identifier) >= 0
  }

  /// The type of a compound's member; nil when there is no such member.
  package func memberType(_ name: String) -> HDF5Handle? {
    let index = H5Tget_member_index(identifier, name)
    return index < 0 ? nil : HDF5Handle(H5Tget_member_type(identifier, UInt32(index)))
  }

  /// The class of a type, such as integer, float or compound.
  package var typeClass: H5T_class_t { H5Tget_class(identifier) }

  /// The bytes of one element of a type.
  package var typeSize: Int { H5Tget_size(identifier) }

  /// The type of an array's, or an enumeration's, elements.
  package var baseType: HDF5Handle? { HDF5Handle(H5Tget_super(identifier)) }

  /// The extents of an array type; nil when it has more than four dimensions.
  package var arrayExtents: [Int]? {
    let rank = H5Tget_array_ndims(identifier)
    guard (1...4).contains(rank) else { return nil }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    guard H5Tget_array_dims2(identifier, &extents) == rank else { return nil }
    // Rows are at most 64 KiB, which also keeps products of extents countable.
    guard extents.allSatisfy({ $0 <= 1 << 11 }) else { return nil }
    return extents.map(Int.init)
  }

  /// True for types that HDF5 converts to any number: integers, floats, and enumerations (which is
  /// how some writers store booleans).
  package var isNumeric: Bool { [H5T_INTEGER, H5T_FLOAT, H5T_ENUM].contains(typeClass) }

  /// True when a member of this type can be read as the column.
  package func converts(to column: Column) -> Bool {
    if let parts = column.parts {
      return typeClass == H5T_COMPOUND
        && parts.allSatisfy { memberType($0)?.isNumeric == true }
    }
    if column.scalar == .character {
      return typeClass == H5T_STRING && H5Tis_variable_str(identifier) == 0
    }
    guard let count = column.count else { return isNumeric }
    return typeClass == H5T_ARRAY && arrayExtents == [count] && baseType?.isNumeric == true
  }

  /// True when every part of a type lies within its element.
  ///
  /// HDF5 does not check this when it parses a file, and converts beyond its buffers when it does
  /// not hold.
  package func isSound(depth: Int = 0) -> Bool {
    guard depth < 8, (1...HDF5Handle.largestElement).contains(typeSize) else { return false }
    switch typeClass {
    case H5T_INTEGER, H5T_BITFIELD: return isSoundNumber
    case H5T_FLOAT: return isSoundNumber && isSoundFloat
    case H5T_ENUM: return isSound(base: baseType, count: 1, depth: depth)
    case H5T_ARRAY:
      guard let extents = arrayExtents else { return false }
      return isSound(base: baseType, count: extents.reduce(1, *), depth: depth)
    case H5T_COMPOUND:
      let count = H5Tget_nmembers(identifier)
      return (1...1024).contains(count)
        && (0..<count).allSatisfy { isSound(member: UInt32($0), depth: depth) }
    default: return true
    }
  }

  /// The widest row that larcv3 knows, a particle, has 344 bytes.
  private static let largestElement = 1 << 16

  private func isSound(base: HDF5Handle?, count: Int, depth: Int) -> Bool {
    guard let base, base.isSound(depth: depth + 1) else { return false }
    return base.typeSize * count == typeSize
  }

  private func isSound(member: UInt32, depth: Int) -> Bool {
    guard let type = HDF5Handle(H5Tget_member_type(identifier, member)) else { return false }
    let offset = H5Tget_member_offset(identifier, member)
    return type.isSound(depth: depth + 1) && offset >= 0 && type.typeSize <= typeSize
      && offset <= typeSize - type.typeSize
  }

  private var isSoundNumber: Bool {
    let precision = H5Tget_precision(identifier)
    let offset = Int(H5Tget_offset(identifier))
    return typeSize <= 8 && precision > 0 && offset >= 0 && precision <= 8 * typeSize
      && offset <= 8 * typeSize - precision
  }

  private var isSoundFloat: Bool {
    var sign = 0
    var exponent = (position: 0, size: 0)
    var mantissa = (position: 0, size: 0)
    guard
      H5Tget_fields(
        identifier, &sign, &exponent.position, &exponent.size, &mantissa.position, &mantissa.size)
        >= 0
    else { return false }
    let precision = H5Tget_precision(identifier)
    func fits(_ field: (position: Int, size: Int)) -> Bool {
      (0..<precision).contains(field.position) && (1...precision).contains(field.size)
        && field.position <= precision - field.size
    }
    return (0..<precision).contains(sign) && fits(exponent) && fits(mantissa)
  }
}
