import HDF5Files

/// What the images of a product are like, event by event, to be compared with another's.
struct ImageList {
  let product: Product
  /// Extents of the first image.
  fileprivate(set) var size: [Int]?
  /// Projections of each event; -1 where that is not known.
  fileprivate(set) var counts: [Int32] = []

  /// Adds where another product does not have the same images.
  func checkPairs(_ other: ImageList, _ problems: inout ProblemList) {
    let path = "\(other.product.groupPath)/image_meta"
    if let size, let otherSize = other.size, size != otherSize {
      problems.add(
        .size, path, "has images of \(otherSize) voxels where those of \(product) have \(size)")
    }
    for (entry, (count, otherCount)) in zip(counts, other.counts).enumerated()
    where count >= 0 && otherCount >= 0 && count != otherCount {
      problems.add(
        .projections, path, entry: entry,
        "has \(otherCount) projections where \(product) has \(count)")
    }
  }
}

/// Checks one product of sparse images or of clusters, from its events down to its voxels.
struct ImageCheck {
  private let product: Product
  private let entryCount: Int
  private let eventTable: HDF5Table
  private let projectionTable: HDF5Table
  private let clusterTable: HDF5Table?
  private let tables: VoxelTables
  private let voxelCheck: VoxelCheck
  private let metaCheck: MetaCheck
  private var events: ExtentsCheck
  private var projections: ExtentsCheck
  private var clusters: ExtentsCheck?
  private var list: ImageList

  /// Opens the tables; nil, with all that is wrong with them added, when there is nothing to follow.
  init?(
    _ reader: LArCVReader, _ product: Product, isLabel: Bool, _ problems: inout ProblemList
  ) {
    let hasClusters = product.type.hasPrefix("cluster")
    let dimension = product.type.hasSuffix("3d") ? 3 : 2
    var opening = TableOpening(reader, product)
    let eventTable = opening.table("extents", .extents)
    let projectionTable = opening.table(
      hasClusters ? "projection_extents" : "voxel_extents", .voxelExtents)
    let clusterTable = hasClusters ? opening.table("cluster_extents", .clusterExtents) : nil
    let metaTable = opening.table("image_meta", .imageMeta(dimension: dimension))
    let voxelTable = opening.table("voxels", .voxels)
    let events = opening.extents(eventTable)
    let projections = opening.extents(projectionTable)
    let clusters = opening.extents(clusterTable)
    opening.compare(eventTable, rows: reader.entryCount, of: "/Events/event_id")
    if let projectionTable {
      opening.compare(metaTable, rows: projectionTable.rowCount, of: projectionTable.name)
    }
    defer { opening.report(&problems) }
    guard let eventTable, let projectionTable, let metaTable, let voxelTable, let events,
      let projections, !hasClusters || clusters != nil,
      let tables = opening.voxelTables(dimension: dimension)
    else { return nil }
    self.product = product
    entryCount = min(reader.entryCount, eventTable.rowCount)
    self.eventTable = eventTable
    self.projectionTable = projectionTable
    self.clusterTable = clusterTable
    self.tables = tables
    voxelCheck = VoxelCheck(path: voxelTable.path, isLabel: isLabel)
    metaCheck = MetaCheck(path: metaTable.path)
    self.events = ExtentsCheck(events, eventTable, of: projectionTable)
    self.projections = ExtentsCheck(projections, projectionTable, of: clusterTable ?? voxelTable)
    if let clusters, let clusterTable {
      self.clusters = ExtentsCheck(clusters, clusterTable, of: voxelTable)
    }
    list = ImageList(product: product)
  }

  /// Follows all events.
  ///
  /// - Parameter advance: Called after each event.
  consuming func run(_ problems: inout ProblemList, _ advance: (Int) -> Void) -> ImageList {
    for entry in 0..<entryCount {
      let rows = events.range(entry, entry: entry, &problems)
      list.counts.append(rows.map { Int32(clamping: $0.count) } ?? -1)
      if let rows { check(rows, entry: entry, &problems) }
      advance(entry)
    }
    for (entry, count) in list.counts.enumerated()
    where count == 0 && projectionTable.rowCount > 0 {
      problems.add(
        .projections, eventTable.path, entry: entry,
        "has no projections where other events have some: larcv3 answers with those of the event "
          + "before")
    }
    events.finish(&problems)
    projections.finish(&problems)
    clusters?.finish(&problems)
    return list
  }

  private mutating func check(_ rows: Range<Int>, entry: Int, _ problems: inout ProblemList) {
    guard rows.count <= VoxelTables.mostProjections else {
      return problems.add(
        .extents, eventTable.path, entry: entry,
        "has \(rows.count) projections, more than \(VoxelTables.mostProjections)")
    }
    checkNumbers(projectionTable, rows, "projection", entry: entry, &problems)
    for (position, row) in rows.enumerated() {
      let meta = geometry(row, position, entry: entry, &problems)
      guard let below = projections.range(row, entry: entry, &problems) else { continue }
      guard let clusterTable else {
        check(meta, below, entry: entry, "projection \(position)", &problems)
        continue
      }
      checkNumbers(
        clusterTable, below, "projection \(position), cluster", entry: entry, &problems)
      for (number, cluster) in below.enumerated() {
        guard let voxels = clusters?.range(cluster, entry: entry, &problems), !voxels.isEmpty
        else { continue }
        check(
          meta, voxels, entry: entry, "projection \(position), cluster \(number)", &problems)
      }
    }
  }

  /// The geometry of a projection, or one that holds every voxel where it cannot be read.
  private mutating func geometry(
    _ row: Int, _ position: Int, entry: Int, _ problems: inout ProblemList
  ) -> ImageMeta {
    let unknown = ImageMeta(projection: position, voxelCounts: [])
    guard row < tables.imageMeta.rowCount else { return unknown }
    do throws(LArCVError) {
      let meta = try tables.metas(row..<row + 1, entry: entry)[0]
      metaCheck.run(meta, position: position, entry: entry, &problems)
      guard meta.volume != nil else { return unknown }
      list.size = list.size ?? meta.voxelCounts
      if let size = list.size, size != meta.voxelCounts {
        problems.add(
          .size, metaCheck.path, entry: entry,
          "projection \(position) has \(meta.voxelCounts) voxels where the first image has "
            + "\(size): a network wants one size")
      }
      return meta
    } catch {
      problems.add(.geometry, metaCheck.path, entry: entry, error, file: tables.imageMeta.file)
      return unknown
    }
  }

  /// Numbers that are stored beside what counts, the position.
  private func checkNumbers(
    _ table: HDF5Table, _ rows: Range<Int>, _ what: String, entry: Int,
    _ problems: inout ProblemList
  ) {
    guard !rows.isEmpty, rows.count <= ClusterTables.mostClusters, table.has("ID") else { return }
    do throws(LArCVError) {
      let bytes = try table.rows(rows)
      for position in 0..<rows.count {
        let number = bytes.load(position, 12, as: UInt32.self)
        guard number != UInt32(position) else { continue }
        problems.add(
          .projections, table.path, entry: entry,
          "\(what) \(position) has ID \(number), which must be its position")
      }
    } catch {
      problems.add(.unreadable, table.path, entry: entry, error, file: table.file)
    }
  }

  private func check(
    _ meta: ImageMeta, _ rows: Range<Int>, entry: Int, _ place: @autoclosure () -> String,
    _ problems: inout ProblemList
  ) {
    do throws(LArCVError) {
      var budget = VoxelTables.Budget()
      try budget.take(rows.count, of: tables, entry: entry)
      voxelCheck.run(
        try tables.image(meta, rows), entry: entry, place: place(), &problems)
    } catch {
      problems.add(.unreadable, voxelCheck.path, entry: entry, error, file: tables.voxels.file)
    }
  }
}
