import CHDF5

/// How the bytes of a chunk in the file become those of its rows.
package enum ChunkCoding: Sendable {
  /// They are the rows.
  case plain
  /// A zlib stream.
  case deflate
}

/// Chunks of a dataset of rank one as they lie in the file, before any filter.
///
/// Only the addresses are HDF5's work here; what is in the bytes is the caller's, on whatever thread.
extension HDF5Handle {
  /// How a dataset's chunks are coded; nil when it takes HDF5 to decode them: other filters than one
  /// deflate, chunks that are filtered sometimes, rows that are not in chunks.
  package var chunkCoding: ChunkCoding? {
    HDF5Handle(H5Dget_create_plist(identifier))?.creationChunkCoding
  }

  private var creationChunkCoding: ChunkCoding? {
    var options: UInt32 = 0
    guard H5Pget_layout(identifier) == H5D_CHUNKED,
      H5Pget_chunk_opts(identifier, &options) >= 0, options == 0
    else { return nil }
    switch H5Pget_nfilters(identifier) {
    case 0: return .plain
    case 1: return isDeflate(filter: 0) ? .deflate : nil
    default: return nil
    }
  }

  private func isDeflate(filter index: UInt32) -> Bool {
    var (flags, information): (UInt32, UInt32) = (0, 0)
    var valueCount = 0
    return H5Pget_filter2(identifier, index, &flags, &valueCount, nil, 0, nil, &information)
      == H5Z_filter_t(H5Z_FILTER_DEFLATE)
  }

  /// The bytes that the chunk beginning at a row takes in the file; nil when HDF5 cannot say, nothing
  /// when the chunk was never written.
  ///
  /// Looks in the tree of chunks once; `H5Dget_chunk_info_by_coord` walks through all of it.
  package func storedChunkBytes(firstRow: Int) -> Int? {
    var offset = hsize_t(firstRow)
    var bytes: hsize_t = 0
    guard H5Dget_chunk_storage_size(identifier, &offset, &bytes) >= 0 else { return nil }
    return Int(exactly: bytes)
  }

  /// Reads the chunk beginning at a row.
  ///
  /// - Parameter size: What `storedChunkBytes` says.
  /// - Returns: The bytes, and which filters were left out when they were written: a bit for each.
  package func storedChunk(
    firstRow: Int, size: Int
  ) throws(HDF5Failure) -> (bytes: [UInt8], skippedFilters: UInt32) {
    var bytes = [UInt8](repeating: 0, count: size)
    var offset = hsize_t(firstRow)
    var skipped: UInt32 = 0
    try readChunk(&offset, &skipped, &bytes)
    return (bytes, skipped)
  }

  private func readChunk(
    _ offset: inout hsize_t, _ skipped: inout UInt32, _ bytes: UnsafeMutableRawPointer
  ) throws(HDF5Failure) {
    try HDF5.check(H5Dread_chunk(identifier, HDF5.standard, &offset, &skipped, bytes))
  }

  /// Whether a compound's member is a number of the library's own kind at a byte of the row.
  package func hasNativeMember(_ column: Column) -> Bool {
    let index = H5Tget_member_index(identifier, column.name)
    guard index >= 0, H5Tget_member_offset(identifier, UInt32(index)) == column.offset,
      let member = HDF5Handle(H5Tget_member_type(identifier, UInt32(index)))
    else { return false }
    return member.equals(column.scalar.nativeType)
  }

  private func equals(_ other: hid_t) -> Bool { H5Tequal(identifier, other) > 0 }
}
