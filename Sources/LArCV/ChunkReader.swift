import HDF5Files

/// Reads the chunks of a table of voxels without decoding them.
///
/// Neighbouring planes and events share a chunk, so the last one read is kept.
final class ChunkReader {
  let shape: ChunkShape
  private let table: HDF5Table
  private let coding: ChunkCoding
  private var last: StoredChunk?

  /// Nil for a table whose rows need HDF5's conversion or filters, or whose chunks are so large
  /// that an event should not read them whole.
  init?(_ table: HDF5Table) {
    guard case .chunked(let rows) = table.dataset.storage, rows > 0,
      rows <= Self.largestChunk / ChunkShape.stride,
      let coding = table.dataset.chunkCoding,
      let stored = table.dataset.rowType, stored.typeSize == ChunkShape.stride,
      RowLayout.voxels.columns.allSatisfy(stored.hasNativeMember)
    else { return nil }
    self.table = table
    self.coding = coding
    shape = ChunkShape(file: table.file, path: table.path, rows: rows)
  }

  /// larcv3's chunks have 16 kB; HDF5 keeps chunks of up to 1 MiB as well.
  private static let largestChunk = 1 << 20
  /// What zlib adds, at worst, to bytes that it cannot shrink is a thousandth and some.
  private static let worstCompression = 2
  /// Far beyond an event, and what the voxels of the largest that is read take as rows.
  private static let mostBytes = 1 << 29

  /// The chunks that hold some ranges of rows, one list for each range; nil when HDF5 should read these rows
  /// because some chunk was never written, or because far more than an event would be read.
  ///
  /// - Parameter newBytes: Grows by the bytes that were read from the file.
  func chunks(
    _ ranges: [Range<Int>], newBytes: inout Int
  ) throws(LArCVError) -> [[StoredChunk]]? {
    var lists: [[StoredChunk]] = []
    for range in ranges {
      var list: [StoredChunk] = []
      for number in shape.chunks(of: range) {
        if last?.number != number {
          guard newBytes <= Self.mostBytes, let chunk = try read(number) else { return nil }
          newBytes += chunk.bytes.count
          last = chunk
        }
        if let last { list.append(last) }
      }
      lists.append(list)
    }
    return lists
  }

  private func read(_ number: Int) throws(LArCVError) -> StoredChunk? {
    let firstRow = number * shape.rows
    guard let size = table.dataset.storedChunkBytes(firstRow: firstRow), size > 0 else {
      return nil
    }
    guard size <= Self.worstCompression * shape.bytes + 64 else {
      throw shape.bad(number, "take \(size) bytes, more than deflate makes of \(shape.bytes)")
    }
    var stored: (bytes: [UInt8], skippedFilters: UInt32) = ([], 0)
    do throws(HDF5Failure) {
      stored = try table.dataset.storedChunk(firstRow: firstRow, size: size)
    } catch {
      throw shape.bad(number, "cannot be read (\(error.reason))")
    }
    let isDeflated = coding == .deflate && stored.skippedFilters & 1 == 0
    guard isDeflated || size == shape.bytes else {
      throw shape.bad(number, "take \(size) bytes instead of \(shape.bytes)")
    }
    return StoredChunk(number: number, bytes: stored.bytes, isDeflated: isDeflated)
  }
}
