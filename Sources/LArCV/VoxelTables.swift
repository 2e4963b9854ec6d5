import HDF5Files

/// The two tables in which products of images keep geometry and voxels, read as events ask for them.
struct VoxelTables {
  let product: Product
  let imageMeta: HDF5Table
  let voxels: HDF5Table
  private let file: String
  private let dimension: Int

  init(file: HDF5File, product: Product, dimension: Int) throws(LArCVError) {
    self.file = file.path
    self.product = product
    self.dimension = dimension
    imageMeta = try HDF5Table(
      file: file, path: "\(product.groupPath)/image_meta",
      layout: .imageMeta(dimension: dimension))
    voxels = try HDF5Table(file: file, path: "\(product.groupPath)/voxels", layout: .voxels)
  }

  /// Checks that there is a geometry for each projection.
  func check(projections: HDF5Table) throws(LArCVError) {
    guard imageMeta.rowCount == projections.rowCount else {
      let name = projections.path.split(separator: "/").last ?? ""
      throw .badData(
        file,
        "\(imageMeta.path) has \(imageMeta.rowCount) rows for the \(projections.rowCount) of "
          + "\(name); \(LArCVError.copyAgain)")
    }
  }

  /// Checks that projections lie in the order of their numbers.
  ///
  /// larcv3 goes by the position in some places and by the number in others.  What is marked as not
  /// valid has no number.
  func checkPositions(_ metas: [ImageMeta], entry: Int) throws(LArCVError) {
    for (position, meta) in metas.enumerated()
    where meta.isValid && meta.projection != position {
      throw bad(
        entry,
        "has projection_id \(meta.projection) at position \(position), where larcv3 takes it for "
          + "projection \(position)")
    }
  }

  /// Checks that an event has no more of something than any has.
  func check(_ count: Int, _ what: String, most: Int, entry: Int) throws(LArCVError) {
    guard count <= most else {
      throw bad(entry, "has \(count) \(what), more than \(most)")
    }
  }

  func bad(_ entry: Int, _ sentence: String) -> LArCVError {
    .badData(file, "\(product), event \(entry), \(sentence); \(LArCVError.copyAgain)")
  }

  /// Detectors have a handful of planes.
  static let mostProjections = 4096

  /// How many voxels of an event may still be read: 2³³ bytes of one event are a damaged file.
  struct Budget {
    private static let most = 1 << 25
    private var left = most

    mutating func take(
      _ count: Int, of tables: VoxelTables, entry: Int
    ) throws(LArCVError) {
      left -= count
      guard left >= 0 else { throw tables.bad(entry, "has more than \(Self.most) voxels") }
    }
  }

  /// Reads in blocks, so that the rows as stored never take much memory beside the image.
  func image(_ meta: ImageMeta, _ range: Range<Int>) throws(LArCVError) -> SparseImage {
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

  /// The geometry of some projections.
  func metas(_ range: Range<Int>, entry: Int) throws(LArCVError) -> [ImageMeta] {
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
