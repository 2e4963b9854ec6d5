import HDF5Files

/// The five tables of one `cluster2d` product: events → projections → clusters → voxels.
///
///     extents[event]                 first, N → rows of projection_extents and of image_meta
///     projection_extents[projection] first, N → rows of cluster_extents
///     cluster_extents[cluster]       first, N → rows of voxels
///     voxels[...]                    id, value
final class ClusterTables {
  private let tables: VoxelTables
  private let clusterTable: HDF5Table
  private let events: Extents
  private let projections: Extents
  private let clusters: Extents

  init(file: HDF5File, product: Product, entryCount: Int) throws(LArCVError) {
    func table(_ name: String, _ layout: RowLayout) throws(LArCVError) -> HDF5Table {
      try HDF5Table(file: file, path: "\(product.groupPath)/\(name)", layout: layout)
    }
    let eventTable = try table("extents", .extents)
    let projectionTable = try table("projection_extents", .clusterExtents)
    clusterTable = try table("cluster_extents", .clusterExtents)
    tables = try VoxelTables(file: file, product: product, dimension: 2)
    events = try Extents(events: eventTable, entryCount: entryCount)
    try tables.check(projections: projectionTable)
    projections = Extents(table: projectionTable)
    clusters = Extents(table: clusterTable)
    for extents in [events, projections, clusters] { try extents.checkOrder() }
  }

  /// The clusters of each projection of one event, exactly as stored.
  func clusters(entry: Int) throws(LArCVError) -> [[SparseImage]] {
    let rows = try events.range(entry, in: tables.imageMeta)
    try tables.check(rows.count, "projections", most: VoxelTables.mostProjections, entry: entry)
    let metas = try tables.metas(rows, entry: entry)
    try tables.checkPositions(metas, entry: entry)
    var budget = VoxelTables.Budget()
    var all: [[SparseImage]] = []
    for (meta, row) in zip(metas, rows) {
      let range = try projections.range(row, in: clusterTable)
      try tables.check(range.count, "clusters", most: Self.mostClusters, entry: entry)
      var images: [SparseImage] = []
      for cluster in range {
        let voxels = try clusters.range(cluster, in: tables.voxels)
        try budget.take(voxels.count, of: tables, entry: entry)
        images.append(try tables.image(meta, voxels))
      }
      all.append(images)
    }
    return all
  }

  /// Of one projection of one event; real ones have a few thousand, most of them empty.
  static let mostClusters = 1 << 20
}
