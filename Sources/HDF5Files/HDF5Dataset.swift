import CHDF5

/// Where a dataset keeps its rows.
package enum Storage: Equatable {
  case inOnePiece
  case chunked(rows: Int)
  /// In other files, which a file from elsewhere must not make us open.
  case elsewhere
}

extension HDF5Handle {
  /// The type of a dataset's elements.
  package var rowType: HDF5Handle? { HDF5Handle(H5Dget_type(identifier)) }

  /// A dataset's extents; nil when HDF5 fails or there are more than four.
  package var extents: [Int]? {
    HDF5Handle(H5Dget_space(identifier))?.spaceExtents
  }

  private var spaceExtents: [Int]? {
    let rank = H5Sget_simple_extent_ndims(identifier)
    guard (0...4).contains(rank) else { return nil }
    var extents = [hsize_t](repeating: 0, count: 4)
    guard H5Sget_simple_extent_dims(identifier, &extents, nil) == rank else { return nil }
    return extents.prefix(Int(rank)).map(Int.init(clamping:))
  }

  /// A dataset's storage; nil when HDF5 fails.
  package var storage: Storage? { HDF5Handle(H5Dget_create_plist(identifier))?.creationStorage }

  private var creationStorage: Storage? {
    switch H5Pget_layout(identifier) {
    case H5D_CHUNKED:
      var rows: hsize_t = 0
      guard H5Pget_chunk(identifier, 1, &rows) == 1 else { return nil }
      return .chunked(rows: Int(clamping: rows))
    case H5D_CONTIGUOUS, H5D_COMPACT:
      return H5Pget_external_count(identifier) == 0 ? .inOnePiece : .elsewhere
    case H5D_VIRTUAL: return .elsewhere
    default: return nil
    }
  }

  /// The bytes a dataset takes in the file, after compression.
  package var storedBytes: Int { Int(clamping: H5Dget_storage_size(identifier)) }

  /// Reads rows of a dataset of rank one.
  package func readRows(
    _ range: Range<Int>, as type: HDF5Handle, into bytes: inout [UInt8]
  ) throws(HDF5Failure) {
    guard !range.isEmpty else { return }
    let selection = try select(range)
    let memory = try HDF5Handle.rows(range.count)
    try read(type: type, memory: memory, selection: selection, into: &bytes)
  }

  private func read(
    type: HDF5Handle, memory: HDF5Handle, selection: HDF5Handle,
    into bytes: UnsafeMutableRawPointer
  ) throws(HDF5Failure) {
    try HDF5.check(
      H5Dread(
        identifier, type.identifier, memory.identifier, selection.identifier, HDF5.standard, bytes))
  }

  /// Writes rows of a dataset of rank one.
  package func writeRows(
    _ range: Range<Int>, as type: HDF5Handle, from bytes: [UInt8]
  ) throws(HDF5Failure) {
    guard !range.isEmpty else { return }
    let selection = try select(range)
    let memory = try HDF5Handle.rows(range.count)
    try write(type: type, memory: memory, selection: selection, from: bytes)
  }

  private func write(
    type: HDF5Handle, memory: HDF5Handle, selection: HDF5Handle, from bytes: UnsafeRawPointer
  ) throws(HDF5Failure) {
    try HDF5.check(
      H5Dwrite(
        identifier, type.identifier, memory.identifier, selection.identifier, HDF5.standard, bytes))
  }

  /// A dataspace of some rows.
  private static func rows(_ count: Int) throws(HDF5Failure) -> HDF5Handle {
    var extent = hsize_t(count)
    guard let space = HDF5Handle(H5Screate_simple(1, &extent, nil)) else {
      throw HDF5Failure(reason: HDF5.reason())
    }
    return space
  }

  /// A dataset's dataspace with some rows selected.
  private func select(_ range: Range<Int>) throws(HDF5Failure) -> HDF5Handle {
    guard let space = HDF5Handle(H5Dget_space(identifier)) else {
      throw HDF5Failure(reason: HDF5.reason())
    }
    try space.selectHyperslab(range)
    return space
  }

  private func selectHyperslab(_ range: Range<Int>) throws(HDF5Failure) {
    var start = hsize_t(range.lowerBound)
    var count = hsize_t(range.count)
    try HDF5.check(H5Sselect_hyperslab(identifier, H5S_SELECT_SET, &start, nil, &count, nil))
  }
}
