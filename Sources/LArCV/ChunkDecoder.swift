import CDeflate

/// Makes images of chunks, one chunk at a time, without HDF5.
///
/// libdeflate checks every access against the sizes it is given, and a stream's checksum at the end; it
/// inflates the chunks of larcv3's files in half the time that zlib takes.
///
/// A decoder belongs to one thread.
final class ChunkDecoder {
  private let shape: ChunkShape
  private let inflater: OpaquePointer
  /// Rows of the chunk inflated last.
  private let rows: UnsafeMutableRawPointer
  private var inflated: Int?

  /// - Throws: `LArCVError` of kind `inputOutput` when there is no memory left.
  init(_ shape: ChunkShape) throws(LArCVError) {
    guard let inflater = libdeflate_alloc_decompressor() else {
      throw .inputOutput(
        shape.file, "\(shape.path) cannot be inflated, memory is used up; close other programs")
    }
    self.shape = shape
    self.inflater = inflater
    rows = .allocate(byteCount: shape.bytes, alignment: 16)
  }

  deinit {
    libdeflate_free_decompressor(inflater)
    rows.deallocate()
  }

  /// The image of some rows.
  ///
  /// - Parameter chunks: Those that hold the rows, in order.
  /// - Throws: `LArCVError` of kind `badData` for a chunk that does not inflate to its rows.
  func image(
    _ meta: ImageMeta, _ range: Range<Int>, _ chunks: [StoredChunk]
  ) throws(LArCVError) -> SparseImage {
    var failure: LArCVError?
    var values: [Float] = []
    let ids = [UInt64](unsafeUninitializedCapacity: range.count) { ids, idCount in
      values = [Float](unsafeUninitializedCapacity: range.count) { values, valueCount in
        guard let ids = ids.baseAddress, let values = values.baseAddress else { return }
        do throws(LArCVError) {
          try decode(chunks, range, ids, values)
          (idCount, valueCount) = (range.count, range.count)
        } catch {
          failure = error
        }
      }
    }
    if let failure { throw failure }
    return SparseImage(meta: meta, ids: ids, values: values)
  }

  private func decode(
    _ chunks: [StoredChunk], _ range: Range<Int>, _ ids: UnsafeMutablePointer<UInt64>,
    _ values: UnsafeMutablePointer<Float>
  ) throws(LArCVError) {
    for chunk in chunks {
      try inflate(chunk)
      let first = chunk.number * shape.rows
      let wanted = range.clamped(to: first..<first + shape.rows)
      var source = UnsafeRawPointer(rows) + (wanted.lowerBound - first) * ChunkShape.stride
      for row in wanted.lowerBound - range.lowerBound..<wanted.upperBound - range.lowerBound {
        ids[row] = source.load(as: UInt64.self)
        values[row] = source.load(fromByteOffset: 8, as: Float.self)
        source += ChunkShape.stride
      }
    }
  }

  /// Puts a chunk's rows where `decode` finds them, unless they are there already.
  private func inflate(_ chunk: StoredChunk) throws(LArCVError) {
    guard inflated != chunk.number else { return }
    inflated = nil
    let isWhole = chunk.bytes.withUnsafeBytes { stored in
      guard chunk.isDeflated else {
        guard stored.count == shape.bytes else { return false }
        UnsafeMutableRawBufferPointer(start: rows, count: shape.bytes).copyMemory(from: stored)
        return true
      }
      // Without a place for the size, fewer bytes than asked for are a failure as well.
      return libdeflate_zlib_decompress(
        inflater, stored.baseAddress, stored.count, rows, shape.bytes, nil)
        == LIBDEFLATE_SUCCESS
    }
    guard isWhole else { throw shape.bad(chunk.number, "do not inflate to \(shape.bytes) bytes") }
    inflated = chunk.number
  }
}
