import HDF5Files

/// Writes the four tables of one `sparse2d` product.
final class SparseProductWriter {
  let product: Product
  private let group: ProductGroup
  private let extents: GrowingTable
  private let voxelExtents: GrowingTable
  private let images: VoxelTableWriter

  /// Hands what is still in memory to HDF5; false when that fails.
  func close() -> Bool {
    group.close(with: [extents, voxelExtents, images.imageMeta, images.voxels])
  }

  /// Makes the product's tables.
  init(_ group: ProductGroup) throws(LArCVError) {
    self.group = group
    product = group.product
    extents = try group.table("extents", .extents)
    voxelExtents = try group.table("voxel_extents", .voxelExtents)
    images = try VoxelTableWriter(group)
  }

  /// Checks an event's planes without writing anything.
  func check(_ planes: [SparseImage], entry: Int) throws(LArCVError) {
    guard entry == 0 || planes.isEmpty == (voxelExtents.rowCount == 0) else {
      throw group.unfit(
        entry, planes.isEmpty ? "has no plane where others have" : "has planes, others none")
    }
    for (position, plane) in planes.enumerated() {
      if let fault = VoxelTableWriter.fault(of: plane, projection: position) {
        throw group.unfit(entry, fault)
      }
    }
  }

  /// Appends an event's planes, which have been checked.
  func append(_ planes: [SparseImage]) throws(LArCVError) {
    let event = RowBuilder.extents(
      .extents, first: voxelExtents.rowCount, counts: [planes.count])
    let ranges = RowBuilder.extents(
      .voxelExtents, first: images.voxels.rowCount, counts: planes.map(\.ids.count))
    for plane in planes { try images.append(voxels: plane) }
    try images.append(metas: planes.map(\.meta))
    try voxelExtents.append(ranges)
    try extents.append(event)
  }
}
