import HDF5Files

/// The four tables of one sparse product: events → projections → voxels.
///
///     extents[event]            first, N → rows of voxel_extents and of image_meta
///     voxel_extents[projection] first, N → rows of voxels
///     voxels[...]               id, value
///
/// All are read as events ask for them.
final class SparseTables {
  private let tables: VoxelTables
  private let events: Extents
  private let projections: Extents
  /// Nil when the rows of voxels have to be read by HDF5.
  private let chunks: ChunkReader?

  init(file: HDF5File, product: Product, entryCount: Int) throws(LArCVError) {
    func table(_ name: String, _ layout: RowLayout) throws(LArCVError) -> HDF5Table {
      try HDF5Table(file: file, path: "\(product.groupPath)/\(name)", layout: layout)
    }
    let eventTable = try table("extents", .extents)
    let projectionTable = try table("voxel_extents", .voxelExtents)
    tables = try VoxelTables(
      file: file, product: product, dimension: product.type == "sparse3d" ? 3 : 2)
    events = try Extents(events: eventTable, entryCount: entryCount)
    try tables.check(projections: projectionTable)
    projections = Extents(table: projectionTable)
    chunks = ChunkReader(tables.voxels)
    for extents in [events, projections] { try extents.checkOrder() }
  }

  /// Voxels of all images of one event.
  func voxelCount(entry: Int) throws(LArCVError) -> Int {
    var count = 0
    for row in try events.range(entry, in: tables.imageMeta) {
      count += try projections.range(row, in: tables.voxels).count
    }
    return count
  }

  /// The images of one event as they lie in the file.
  func storedImages(entry: Int) throws(LArCVError) -> StoredImages {
    let rows = try events.range(entry, in: tables.imageMeta)
    try tables.check(rows.count, "projections", most: VoxelTables.mostProjections, entry: entry)
    let metas = try tables.metas(rows, entry: entry)
    try tables.checkPositions(metas, entry: entry)
    var ranges: [Range<Int>] = []
    var budget = VoxelTables.Budget()
    for row in rows {
      let range = try projections.range(row, in: tables.voxels)
      try budget.take(range.count, of: tables, entry: entry)
      ranges.append(range)
    }
    var byteCount = 0
    if let chunks, let lists = try chunks.chunks(ranges, newBytes: &byteCount) {
      let planes = metas.indices.map {
        StoredImages.Plane(meta: metas[$0], rows: ranges[$0], chunks: lists[$0])
      }
      return StoredImages(chunks.shape, planes, storedByteCount: byteCount)
    }
    var images: [SparseImage] = []
    for (meta, range) in zip(metas, ranges) { images.append(try tables.image(meta, range)) }
    return StoredImages(decoded: images)
  }
}
