import HDF5Files

/// Writes the five tables of one `cluster2d` product.
final class ClusterProductWriter {
  let product: Product
  private let group: ProductGroup
  private let extents: GrowingTable
  private let projectionExtents: GrowingTable
  private let clusterExtents: GrowingTable
  private let images: VoxelTableWriter

  /// Hands what is still in memory to HDF5; false when that fails.
  func close() -> Bool {
    group.close(
      with: [extents, projectionExtents, clusterExtents, images.imageMeta, images.voxels])
  }

  /// Makes the product's tables.
  init(_ group: ProductGroup) throws(LArCVError) {
    self.group = group
    product = group.product
    extents = try group.table("extents", .extents)
    projectionExtents = try group.table("projection_extents", .clusterExtents)
    clusterExtents = try group.table("cluster_extents", .clusterExtents)
    images = try VoxelTableWriter(group)
  }

  /// Checks an event's clusters, projection by projection, without writing anything.
  func check(_ projections: [[SparseImage]], entry: Int) throws(LArCVError) {
    guard entry == 0 || projections.isEmpty == (projectionExtents.rowCount == 0) else {
      throw group.unfit(
        entry, projections.isEmpty ? "has no plane where others have" : "has planes, others none")
    }
    for (position, clusters) in projections.enumerated() {
      guard let meta = clusters.first?.meta else {
        throw group.unfit(entry, "projection \(position) has not even an empty cluster")
      }
      for cluster in clusters {
        guard cluster.meta == meta else {
          throw group.unfit(entry, "projection \(position) has clusters of different geometries")
        }
        if let fault = VoxelTableWriter.fault(of: cluster, projection: position) {
          throw group.unfit(entry, fault)
        }
      }
    }
  }

  /// Appends an event's clusters, which have been checked.
  func append(_ projections: [[SparseImage]]) throws(LArCVError) {
    let event = RowBuilder.extents(
      .extents, first: projectionExtents.rowCount, counts: [projections.count])
    let ranges = RowBuilder.extents(
      .clusterExtents, first: clusterExtents.rowCount, counts: projections.map(\.count))
    for clusters in projections {
      try clusterExtents.append(
        RowBuilder.extents(
          .clusterExtents, first: images.voxels.rowCount, counts: clusters.map(\.ids.count)))
      for cluster in clusters { try images.append(voxels: cluster) }
    }
    try images.append(metas: projections.compactMap(\.first?.meta))
    try projectionExtents.append(ranges)
    try extents.append(event)
  }
}
