/// The images of one event as they lie in the file: read, but not decoded.
///
/// Reading belongs to the thread that has the reader; decoding, which takes most of the time, can be
/// done on any thread, without HDF5:
///
///     let stored = try reader.storedImages(product, entry: 3)
///     let images = try stored.images()  // here or elsewhere
///
/// Files whose rows are laid out or filtered otherwise than larcv3 does it are decoded by HDF5 when
/// they are read; then `images()` has nothing left to do.
public struct StoredImages: Sendable {
  /// Bytes read from the file for this event's voxels, compressed as they are there.
  ///
  /// A chunk that the event before has ends counts there. Where HDF5 decodes, which does not tell what
  /// it reads, these are the bytes of the rows.
  public let storedByteCount: Int

  /// Voxels of all images.
  public let voxelCount: Int

  private let content: Content

  private enum Content: Sendable {
    case decoded([SparseImage])
    case stored(ChunkShape, [Plane])
  }

  struct Plane: Sendable {
    let meta: ImageMeta
    /// Its rows in the table of voxels.
    let rows: Range<Int>
    /// The chunks that hold them.
    let chunks: [StoredChunk]
  }

  init(decoded images: [SparseImage]) {
    content = .decoded(images)
    voxelCount = images.reduce(0) { $0 + $1.ids.count }
    storedByteCount = Self.rowByteCount(voxelCount)
  }

  init(_ shape: ChunkShape, _ planes: [Plane], storedByteCount: Int) {
    content = .stored(shape, planes)
    voxelCount = planes.reduce(0) { $0 + $1.rows.count }
    self.storedByteCount = storedByteCount
  }

  /// Bytes of the voxels' rows, which is what decompression makes: 16 for a voxel.
  public var rowByteCount: Int { Self.rowByteCount(voxelCount) }

  /// Bytes of the rows of some voxels.
  public static func rowByteCount(_ voxelCount: Int) -> Int { voxelCount * ChunkShape.stride }

  /// Whether HDF5 decoded the rows already.
  package var isDecoded: Bool {
    if case .decoded = content { true } else { false }
  }

  /// Decodes: one image per projection, in stored order, exactly as stored.
  ///
  /// Costs the inflation of the event's chunks, and no memory beyond the images but one chunk's.
  ///
  /// - Throws: `LArCVError` of kind `badData` for a damaged chunk, naming file, dataset and rows.
  public func images() throws(LArCVError) -> [SparseImage] {
    switch content {
    case .decoded(let images): return images
    case .stored(let shape, let planes):
      let decoder = try ChunkDecoder(shape)
      var images: [SparseImage] = []
      for plane in planes {
        images.append(try decoder.image(plane.meta, plane.rows, plane.chunks))
      }
      return images
    }
  }
}
