import HDF5Files

/// Opens the tables of a product one by one, and keeps what is wrong with each.
struct TableOpening {
  private let reader: LArCVReader
  private let product: Product
  private var faults: [(kind: FileProblem.Kind, path: String, error: LArCVError)] = []

  init(_ reader: LArCVReader, _ product: Product) {
    self.reader = reader
    self.product = product
  }

  /// A table; nil where it is not what it should be.
  mutating func table(_ name: String, _ layout: RowLayout) -> HDF5Table? {
    let path = "\(product.groupPath)/\(name)"
    do throws(LArCVError) {
      return try HDF5Table(file: reader.file, path: path, layout: layout)
    } catch {
      faults.append((.structure, path, error))
      return nil
    }
  }

  /// The rows of a table of extents; nil where they cannot be read.
  mutating func extents(_ table: HDF5Table?) -> Extents? {
    guard let table else { return nil }
    do throws(LArCVError) {
      let extents = Extents(table: table)
      // Once here rather than again for every row of a damaged chunk.
      try extents.forEachRow { _, _, _ throws(LArCVError) in }
      return extents
    } catch {
      faults.append((.unreadable, table.path, error))
      return nil
    }
  }

  /// Geometry and voxels, which were opened one by one before.
  mutating func voxelTables(dimension: Int) -> VoxelTables? {
    do throws(LArCVError) {
      return try VoxelTables(file: reader.file, product: product, dimension: dimension)
    } catch {
      faults.append((.structure, product.groupPath, error))
      return nil
    }
  }

  /// Compares the rows of a table with those of another.
  mutating func compare(_ table: HDF5Table?, rows: Int, of other: String) {
    guard let table, table.rowCount != rows else { return }
    faults.append(
      (
        .rows, table.path,
        .badData(reader.path, "has \(table.rowCount) rows for the \(rows) of \(other)")
      ))
  }

  /// Adds what was wrong.
  func report(_ problems: inout ProblemList) {
    for fault in faults {
      problems.add(fault.kind, fault.path, fault.error, file: reader.path)
    }
  }
}
