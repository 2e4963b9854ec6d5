import HDF5Files

/// One chunk of a table of voxels, as it lies in the file.
struct StoredChunk: Sendable {
  /// The chunk's number: its first row over the rows of a chunk.
  let number: Int
  /// The bytes in the file.
  let bytes: [UInt8]
  /// Whether they are a zlib stream; rows as they are otherwise.
  let isDeflated: Bool
}

/// What all chunks of a table have in common.
struct ChunkShape: Sendable {
  /// The file's path, for the sentences of errors.
  let file: String
  /// The dataset's path, for the sentences of errors.
  let path: String
  /// Rows of one chunk.
  let rows: Int

  /// Bytes of one chunk's rows.
  var bytes: Int { rows * ChunkShape.stride }

  /// Bytes of one voxel: `id` at 0, `value` at 8.
  static let stride = RowLayout.voxels.size

  /// The numbers of the chunks that hold some rows.
  func chunks(of range: Range<Int>) -> Range<Int> {
    range.isEmpty ? 0..<0 : range.lowerBound / rows..<(range.upperBound - 1) / rows + 1
  }

  /// An error about one chunk.
  func bad(_ number: Int, _ sentence: String) -> LArCVError {
    .badData(
      file,
      "\(path) rows \(number * rows)..<\((number + 1) * rows) \(sentence); "
        + LArCVError.copyAgain)
  }
}
