import CHDF5
import HDF5Files

/// Reads events from a larcv3 HDF5 file.
///
/// Rows, geometry and voxels come out exactly as stored and in stored order.  The file is treated
/// as hostile: every extent is checked before it is followed, and whatever is wrong ends in an
/// `LArCVError`, never in a crash or an absurd allocation.  Opening reads names only; an event
/// costs the decompression of its own chunks.
///
///     let reader = try LArCVReader(path: "events.h5")
///     for entry in 0..<reader.entryCount {
///       let charge = try reader.sparseImages(producer: "sbndwire", entry: entry)
///     }
///
/// A reader belongs to one thread at a time; several readers may share a file.
///
/// Unlike larcv3, which answers with the planes of the event before, an event whose extent has no
/// projections is an empty list.
public final class LArCVReader {
  /// The path the file was opened by.
  public let path: String
  /// The number of events.
  public let entryCount: Int
  /// What the file holds, by name.
  public let products: [Product]

  let file: HDF5File
  private let eventIDs: HDF5Table
  private var sparseTables: [Product: SparseTables] = [:]
  private var clusterTables: [Product: ClusterTables] = [:]
  private var particleTables: [Product: ParticleTables] = [:]

  /// Opens a file.
  ///
  /// - Throws: `LArCVError` of kind `inputOutput` when there is no such file or it may not be read,
  ///   `badData` when it is not HDF5, is truncated, or lacks `/Events/event_id` or `/Data`.
  public init(path: String) throws(LArCVError) {
    self.path = path
    file = try HDF5File(path: path, writtenBy: "larcv3")
    eventIDs = try HDF5Table(file: file, path: "/Events/event_id", layout: .eventID)
    entryCount = eventIDs.rowCount
    products = try file.linkNames(in: "/Data").compactMap(Product.init(groupName:)).sorted()
  }

  /// The label of an event.
  public func eventID(entry: Int) throws(LArCVError) -> EventID {
    try check(entry)
    let row = try eventIDs.rows(entry..<(entry + 1))
    return EventID(
      run: row.load(0, 0, as: Int64.self), subrun: row.load(0, 8, as: Int64.self),
      event: row.load(0, 16, as: Int64.self))
  }

  /// The images of one event, one per projection, in stored order.
  ///
  /// - Parameters:
  ///   - product: A product of type `sparse2d` or `sparse3d`.
  ///   - entry: The event, from 0.
  /// - Throws: `LArCVError` of kind `usage` for a product or an entry that is not in the file,
  ///   `badData` for a damaged file.
  public func sparseImages(
    _ product: Product, entry: Int
  ) throws(LArCVError) -> [SparseImage] {
    try storedImages(product, entry: entry).images()
  }

  /// Voxels of all images of one event, without reading them.
  ///
  /// - Throws: `LArCVError` as `storedImages`.
  public func voxelCount(_ product: Product, entry: Int) throws(LArCVError) -> Int {
    HDF5.silence()
    try check(entry)
    return try sparseTables(product).voxelCount(entry: entry)
  }

  /// The images of one event as they lie in the file, to be decoded on another thread.
  ///
  /// Costs the reading of the event's chunks. What is damaged in them is found by `images()`.
  ///
  /// - Parameters:
  ///   - product: A product of type `sparse2d` or `sparse3d`.
  ///   - entry: The event, from 0.
  /// - Throws: `LArCVError` of kind `usage` for a product or an entry that is not in the file,
  ///   `badData` for a damaged file.
  public func storedImages(_ product: Product, entry: Int) throws(LArCVError) -> StoredImages {
    HDF5.silence()
    try check(entry)
    return try sparseTables(product).storedImages(entry: entry)
  }

  /// The images of one event by a producer's name, of type `sparse2d`.
  public func sparseImages(producer: String, entry: Int) throws(LArCVError) -> [SparseImage] {
    try sparseImages(Product(type: "sparse2d", producer: producer), entry: entry)
  }

  /// The clusters of one event: for each projection, in stored order, its clusters, which may be empty.
  ///
  /// - Throws: `LArCVError` of kind `usage` for a producer or an entry that is not in the file,
  ///   `badData` for a damaged file.
  public func clusters(producer: String, entry: Int) throws(LArCVError) -> [[SparseImage]] {
    HDF5.silence()
    try check(entry)
    return try tables(
      Product(type: "cluster2d", producer: producer), in: \.clusterTables,
      ClusterTables.init(file:product:entryCount:)
    ).clusters(entry: entry)
  }

  /// The particles of one event, in stored order.
  ///
  /// - Throws: `LArCVError` of kind `usage` for a producer or an entry that is not in the file,
  ///   `badData` for a damaged file.
  public func particles(producer: String, entry: Int) throws(LArCVError) -> [Particle] {
    HDF5.silence()
    try check(entry)
    return try tables(
      Product(type: "particle", producer: producer), in: \.particleTables,
      ParticleTables.init(file:product:entryCount:)
    ).particles(entry: entry)
  }

  private func check(_ entry: Int) throws(LArCVError) {
    guard (0..<entryCount).contains(entry) else {
      let remedy =
        entryCount == 0 ? "the file has no events" : "entries go from 0 to \(entryCount - 1)"
      throw .usage(path, "has no entry \(entry); \(remedy)")
    }
  }

  private func sparseTables(_ product: Product) throws(LArCVError) -> SparseTables {
    guard ["sparse2d", "sparse3d"].contains(product.type) else {
      throw .usage(path, "\(product) is not of type sparse2d or sparse3d; ask for one that is")
    }
    return try tables(product, in: \.sparseTables, SparseTables.init(file:product:entryCount:))
  }

  /// The tables of a product, opened when it is first asked for.
  private func tables<Tables>(
    _ product: Product, in known: ReferenceWritableKeyPath<LArCVReader, [Product: Tables]>,
    _ open: (HDF5File, Product, Int) throws(LArCVError) -> Tables
  ) throws(LArCVError) -> Tables {
    if let tables = self[keyPath: known][product] { return tables }
    try checkPresence(product)
    let opened = try open(file, product, entryCount)
    self[keyPath: known][product] = opened
    return opened
  }

  func checkPresence(_ product: Product) throws(LArCVError) {
    guard products.contains(product) else {
      let present = products.filter { $0.type == product.type }.map(\.producer)
      let remedy =
        present.isEmpty
        ? "it has no product of this type" : "choose among \(present.joined(separator: ", "))"
      throw .usage(path, "has no \(product.type) of producer \"\(product.producer)\"; \(remedy)")
    }
  }
}
