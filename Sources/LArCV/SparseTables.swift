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
  let product: Product
  private let file: String
  private let dimension: Int
  private let imageMeta: HDF5Table
  private let voxels: HDF5Table
  private let events: Extents
  private let projections: Extents

  init(file: HDF5File, product: Product, entryCount: Int) throws(LArCVError) {
    self.file = file.path
    self.product = product
    dimension = product.type == "sparse3d" ? 3 : 2
    func table(_ name: String, _ layout: RowLayout) throws(LArCVError) -> HDF5Table {
      try HDF5Table(file: file, path: "\(product.groupPath)/\(name)", layout: layout)
    }
    let eventTable = try table("extents", .extents)
    let projectionTable = try table("voxel_extents", .voxelExtents)
    imageMeta = try table("image_meta", .imageMeta(dimension: dimension))
    voxels = try table("voxels", .voxels)
    guard eventTable.rowCount == entryCount else {
      throw .badData(
        file.path,
        "\(eventTable.path) has \(eventTable.rowCount) rows for the \(entryCount) events of "
          + "/Events/event_id; \(LArCVError.copyAgain)")
    }
    guard imageMeta.rowCount == projectionTable.rowCount else {
      throw .badData(
        file.path,
        "\(imageMeta.path) has \(imageMeta.rowCount) rows for the \(projectionTable.rowCount) of "
          + "voxel_extents; \(LArCVError.copyAgain)")
    }
    events = try Extents(table: eventTable)
    projections = try Extents(table: projectionTable)
  }

  /// The images of one event, exactly as stored.
  func images(entry: Int) throws(LArCVError) -> [SparseImage] {
    let rows = try events.range(entry, in: imageMeta)
    guard rows.count <= SparseTables.mostProjections else {
      throw bad(entry, "has \(rows.count) projections, more than \(SparseTables.mostProjections)")
    }
    let metas = try metas(rows, entry: entry)
    var images: [SparseImage] = []
    var budget = SparseTables.mostVoxels
    for (meta, row) in zip(metas, rows) {
      let range = try projections.range(row, in: voxels)
      budget -= range.count
      guard budget >= 0 else {
        throw bad(entry, "has more than \(SparseTables.mostVoxels) voxels")
      }
      images.append(try image(meta, range))
    }
    return images
  }

  /// Detectors have a handful of planes, and 2³³ bytes of one event are a damaged file.
  private static let mostProjections = 4096
  private static let mostVoxels = 1 << 25

  private func bad(_ entry: Int, _ sentence: String) -> LArCVError {
    .badData(file, "\(product), event \(entry), \(sentence); \(LArCVError.copyAgain)")
  }

  /// Reads in blocks, so that the rows as stored never take much memory beside the image.
  private func image(_ meta: ImageMeta, _ range: Range<Int>) throws(LArCVError) -> SparseImage {
    var image = SparseImage(meta: meta, ids: [], values: [])
    image.ids.reserveCapacity(range.count)
    image.values.reserveCapacity(range.count)
    let block = 1 << 18
    var first = range.lowerBound
    while first < range.upperBound {
      let next = min(first + block, range.upperBound)
      let rows = try voxels.rows(first..<next)
      for row in 0..<(next - first) {
        image.ids.append(rows.load(row, 0, as: UInt64.self))
        image.values.append(rows.load(row, 8, as: Float.self))
      }
      first = next
    }
    return image
  }

  private func metas(_ range: Range<Int>, entry: Int) throws(LArCVError) -> [ImageMeta] {
    let rows = try imageMeta.rows(range)
    var metas: [ImageMeta] = []
    for row in 0..<range.count {
      func array<Value: BitwiseCopyable>(_ index: Int, as type: Value.Type) -> [Value] {
        (0..<dimension).map { rows.load(row, 16 + 8 * (index * dimension + $0), as: type) }
      }
      let isValid = rows.load(row, 0, as: UInt8.self) != 0
      let projection = Int(exactly: rows.load(row, 8, as: UInt64.self))
      let counts = array(1, as: UInt64.self).map { Int(exactly: $0) }
      guard !isValid || (projection != nil && !counts.contains(nil)) else {
        throw bad(entry, "image_meta row \(range.lowerBound + row) has a number beyond 2^63")
      }
      metas.append(
        ImageMeta(
          isValid: isValid, projection: projection ?? -1, voxelCounts: counts.map { $0 ?? 0 },
          imageSizes: array(0, as: Double.self), origin: array(2, as: Double.self)))
    }
    return metas
  }
}

/// A table of extents in memory: row i says which rows of the next table belong to it.
struct Extents {
  private let file: String
  private let path: String
  private let first: [UInt64]
  private let count: [UInt32]

  /// Reads the whole table.
  init(table: HDF5Table) throws(LArCVError) {
    file = table.file
    path = table.path
    guard table.rowCount <= Extents.mostRows else {
      throw .badData(
        table.file,
        "\(table.path) has \(table.rowCount) rows, more than the \(Extents.mostRows) this reader "
          + "keeps in memory; split the file")
    }
    let rows = try table.rows(0..<table.rowCount)
    first = (0..<table.rowCount).map { rows.load($0, 0, as: UInt64.self) }
    count = (0..<table.rowCount).map { rows.load($0, 8, as: UInt32.self) }
  }

  /// Sixteen million projections: five million events of three planes, 200 MB of memory.
  private static let mostRows = 1 << 24

  /// The rows of `table` that belong to row `row`, proven to exist.
  func range(_ row: Int, in table: HDF5Table) throws(LArCVError) -> Range<Int> {
    precondition(first.indices.contains(row), "row beyond the extents")
    let (end, overflows) = first[row].addingReportingOverflow(UInt64(count[row]))
    guard !overflows, end <= UInt64(table.rowCount) else {
      throw .badData(
        file,
        "\(path) row \(row) points to \(count[row]) rows from \(first[row]) on, but "
          + "\(table.path) has \(table.rowCount); \(LArCVError.copyAgain)")
    }
    return Int(first[row])..<Int(end)
  }
}
