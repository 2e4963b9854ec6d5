import HDF5Files

/// The four tables of one sparse product: events → projections → voxels.
///
///     extents[event]           first, N → rows of voxel_extents and of image_meta
///     voxel_extents[projection] first, N → rows of voxels
///     voxels[...]               id, value
///
/// The two tables of extents are small and kept in memory from the first use; geometry and voxels
/// are read as events ask for them.
final class SparseTables {
  private let tables: VoxelTables
  private let events: Extents
  private let projections: Extents

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
    projections = try Extents(table: projectionTable)
    try events.checkOrder()
    try projections.checkOrder()
  }

  /// The images of one event, exactly as stored.
  func images(entry: Int) throws(LArCVError) -> [SparseImage] {
    let rows = try events.range(entry, in: tables.imageMeta)
    try tables.check(rows.count, "projections", most: VoxelTables.mostProjections, entry: entry)
    let metas = try tables.metas(rows, entry: entry)
    try tables.checkPositions(metas, entry: entry)
    var images: [SparseImage] = []
    var budget = VoxelTables.Budget()
    for (meta, row) in zip(metas, rows) {
      let range = try projections.range(row, in: tables.voxels)
      try budget.take(range.count, of: tables, entry: entry)
      images.append(try tables.image(meta, range))
    }
    return images
  }
}
