import HDF5Files

/// A group of a file being written, in which one product has its tables.
struct ProductGroup {
  let file: String
  let product: Product
  private let group: HDF5Handle
  private let deflate: Int?

  /// Makes the group.
  init(file: String, data: HDF5Handle, product: Product, deflate: Int?) throws(LArCVError) {
    self.file = file
    self.product = product
    self.deflate = deflate
    guard let group = data.makeGroup("\(product.name)\(Product.groupSuffix)") else {
      throw .inputOutput(file, "\(product) cannot be made (\(HDF5.reason())); check the disk")
    }
    self.group = group
  }

  /// Makes an empty table.
  func table(_ name: String, _ layout: RowLayout) throws(LArCVError) -> GrowingTable {
    try GrowingTable(file: file, group: group, name: name, layout: layout, deflate: deflate)
  }

  /// Closes the group and some tables of it; false when HDF5 cannot.
  ///
  /// HDF5 keeps a file open, and locked, while anything in it is.
  func close(with tables: [GrowingTable]) -> Bool {
    tables.allSatisfy { $0.close() } && group.close()
  }

  /// The error of an event that cannot be written.
  func unfit(_ entry: Int, _ sentence: String) -> LArCVError {
    .usage(file, "\(product), event \(entry), \(sentence) and cannot be written; correct it")
  }
}

/// The two tables in which products of images keep geometry and voxels, being written.
final class VoxelTableWriter {
  let imageMeta: GrowingTable
  let voxels: GrowingTable

  init(_ group: ProductGroup) throws(LArCVError) {
    imageMeta = try group.table("image_meta", .imageMeta(dimension: 2))
    voxels = try group.table("voxels", .voxels)
  }

  /// What keeps an image from being written as a projection; nil when nothing does.
  static func fault(of image: SparseImage, projection position: Int) -> String? {
    let meta = image.meta
    if meta.projection != position {
      return "plane \(position) has projection \(meta.projection)"
    }
    if meta.voxelCounts.count != 2 || meta.imageSizes.count != 2 || meta.origin.count != 2 {
      return "projection \(position) does not have two axes"
    }
    if !(meta.imageSizes + meta.origin).allSatisfy(\.isFinite) {
      return "projection \(position) has a size or an origin that is not finite"
    }
    if UInt32(exactly: image.ids.count) == nil {
      return "projection \(position) has \(image.ids.count) voxels"
    }
    return image.firstFault.map { "projection \(position): \($0)" }
  }

  /// Appends a geometry for each projection of an event.
  func append(metas: [ImageMeta]) throws(LArCVError) {
    var rows = RowBuilder(.imageMeta(dimension: 2), count: metas.count)
    for (row, meta) in metas.enumerated() {
      rows.store(UInt8(1), row, 0)
      rows.store(UInt64(row), row, 8)
      for axis in 0..<2 {
        rows.store(meta.imageSizes[axis], row, 16 + 8 * axis)
        rows.store(UInt64(meta.voxelCounts[axis]), row, 32 + 8 * axis)
        rows.store(meta.origin[axis], row, 48 + 8 * axis)
      }
    }
    try imageMeta.append(rows)
  }

  /// Appends the voxels of an image.
  func append(voxels image: SparseImage) throws(LArCVError) {
    var rows = RowBuilder(.voxels, count: image.ids.count)
    for (row, (id, value)) in zip(image.ids, image.values).enumerated() {
      rows.store(id, row, 0)
      rows.store(value, row, 8)
    }
    try voxels.append(rows)
  }
}

extension RowBuilder {
  /// One row of extents per count, contiguous from `first`, numbered from 0.
  static func extents(
    _ layout: RowLayout, first: Int, counts: [Int]
  ) -> RowBuilder {
    var rows = RowBuilder(layout, count: counts.count)
    var first = first
    for (row, count) in counts.enumerated() {
      rows.store(UInt64(first), row, 0)
      rows.store(UInt32(truncatingIfNeeded: count), row, 8)
      if layout.columns.count > 2 { rows.store(UInt32(truncatingIfNeeded: row), row, 12) }
      first += count
    }
    return rows
  }
}
