import CHDF5
import HDF5Files

/// Writes the four tables of one `sparse2d` product.
final class SparseProductWriter {
  let product: Product
  private let file: String
  private let extents: GrowingTable
  private let voxelExtents: GrowingTable
  private let imageMeta: GrowingTable
  private let voxels: GrowingTable

  var tables: [GrowingTable] { [extents, voxelExtents, imageMeta, voxels] }

  /// Makes the product's group and its tables.
  init(
    file: String, data: HDF5Handle, product: Product, deflate: Int?
  ) throws(LArCVError) {
    self.file = file
    self.product = product
    guard let group = data.makeGroup("\(product.name)\(Product.groupSuffix)") else {
      throw .inputOutput(file, "\(product) cannot be made (\(HDF5.reason())); check the disk")
    }
    func table(_ name: String, _ layout: RowLayout) throws(LArCVError) -> GrowingTable {
      try GrowingTable(file: file, group: group, name: name, layout: layout, deflate: deflate)
    }
    extents = try table("extents", .extents)
    voxelExtents = try table("voxel_extents", .voxelExtents)
    imageMeta = try table("image_meta", .imageMeta(dimension: 2))
    voxels = try table("voxels", .voxels)
  }

  /// Checks an event's planes without writing anything.
  func check(_ planes: [SparseImage], entry: Int) throws(LArCVError) {
    func unfit(_ sentence: String) -> LArCVError {
      .usage(file, "\(product), event \(entry), \(sentence) and cannot be written; correct it")
    }
    guard entry == 0 || planes.isEmpty == (voxelExtents.rowCount == 0) else {
      throw unfit(planes.isEmpty ? "has no plane where others have" : "has planes, others none")
    }
    for (position, plane) in planes.enumerated() {
      let meta = plane.meta
      guard meta.projection == position else {
        throw unfit("plane \(position) has projection \(meta.projection)")
      }
      guard meta.voxelCounts.count == 2, meta.imageSizes.count == 2, meta.origin.count == 2 else {
        throw unfit("projection \(position) does not have two axes")
      }
      guard (meta.imageSizes + meta.origin).allSatisfy(\.isFinite) else {
        throw unfit("projection \(position) has a size or an origin that is not finite")
      }
      guard UInt32(exactly: plane.ids.count) != nil else {
        throw unfit("projection \(position) has \(plane.ids.count) voxels")
      }
      if let fault = plane.firstFault { throw unfit("projection \(position): \(fault)") }
    }
  }

  /// Appends an event's planes, which have been checked.
  func append(_ planes: [SparseImage]) throws(LArCVError) {
    var event = RowBuilder(.extents, count: 1)
    event.store(UInt64(voxelExtents.rowCount), 0, 0)
    event.store(UInt32(planes.count), 0, 8)
    var ranges = RowBuilder(.voxelExtents, count: planes.count)
    var metas = RowBuilder(.imageMeta(dimension: 2), count: planes.count)
    var first = voxels.rowCount
    for (row, plane) in planes.enumerated() {
      ranges.store(UInt64(first), row, 0)
      ranges.store(UInt32(plane.ids.count), row, 8)
      ranges.store(UInt32(row), row, 12)
      metas.store(UInt8(1), row, 0)
      metas.store(UInt64(row), row, 8)
      for axis in 0..<2 {
        metas.store(plane.meta.imageSizes[axis], row, 16 + 8 * axis)
        metas.store(UInt64(plane.meta.voxelCounts[axis]), row, 32 + 8 * axis)
        metas.store(plane.meta.origin[axis], row, 48 + 8 * axis)
      }
      first += plane.ids.count
    }
    for plane in planes { try append(voxels: plane) }
    try imageMeta.append(metas)
    try voxelExtents.append(ranges)
    try extents.append(event)
  }

  private func append(voxels plane: SparseImage) throws(LArCVError) {
    var rows = RowBuilder(.voxels, count: plane.ids.count)
    for (row, (id, value)) in zip(plane.ids, plane.values).enumerated() {
      rows.store(id, row, 0)
      rows.store(value, row, 8)
    }
    try voxels.append(rows)
  }
}
