import HDF5Files

/// larcv3's tables.
extension RowLayout {
  /// One row per event: its label.
  static let eventID = RowLayout(
    columns: [
      Column(name: "run", scalar: .int64, offset: 0),
      Column(name: "subrun", scalar: .int64, offset: 8),
      Column(name: "event", scalar: .int64, offset: 16),
    ], size: 24, chunkRows: 100)

  /// One row per event: where its projections are.
  static let extents = RowLayout(
    columns: [
      Column(name: "first", scalar: .uint64, offset: 0),
      Column(name: "N", scalar: .uint32, offset: 8),
    ], size: 16, chunkRows: 10)

  /// One row per event: where its particles are.
  static let particleExtents = RowLayout(columns: extents.columns, size: 16, chunkRows: 100)

  /// One row per projection: where its voxels are.
  ///
  /// larcv3 writes `ID` and never reads it.
  static let voxelExtents = RowLayout(
    columns: extents.columns + [Column(name: "ID", scalar: .uint32, offset: 12, isOptional: true)],
    size: 16, chunkRows: 100)

  /// One row per projection or cluster: where its clusters or voxels are.
  static let clusterExtents = voxelExtents

  /// One row per voxel.
  static let voxels = RowLayout(
    columns: [
      Column(name: "id", scalar: .uint64, offset: 0),
      Column(name: "value", scalar: .float32, offset: 8),
    ], size: 16, chunkRows: 1000)

  /// One row per projection: its geometry.
  ///
  /// The eight bytes at the end are a unit that larcv3 has in memory and does not store.
  static func imageMeta(dimension: Int) -> RowLayout {
    let array = 8 * dimension
    return RowLayout(
      columns: [
        Column(name: "valid", scalar: .uint8, offset: 0),
        Column(name: "projection_id", scalar: .uint64, offset: 8),
        Column(name: "image_sizes", scalar: .float64, offset: 16, count: dimension),
        Column(name: "number_of_voxels", scalar: .uint64, offset: 16 + array, count: dimension),
        Column(
          name: "origin", scalar: .float64, offset: 16 + 2 * array, count: dimension,
          isOptional: true),
      ], size: 24 + 3 * array, chunkRows: 100)
  }
}
