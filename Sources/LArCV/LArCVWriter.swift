import CHDF5
import Files
import Foundation
import HDF5Files

/// Writes events into a larcv3 HDF5 file that the real larcv3 reads.
///
/// The layout is larcv3's own: superblock 0, tables in chunks with deflate, extents as contiguous
/// ascending running sums, every plane with its row even when it is empty.  Padding is zero and no times
/// are kept, so the same events give the same bytes.
///
/// Everything goes to a temporary file beside the target, which takes the target's name (and its
/// place, if there was one) in `close()`: an interrupted run leaves no half file under that name.
/// An event that does not fit is refused before anything of it is written, so events appended
/// before it are never lost.
///
///     let writer = try LArCVWriter(path: "events.h5", products: ["sbndwire"])
///     try writer.append(id, images: [(producer: "sbndwire", images: planes)])
///     try writer.close()
///
/// A writer belongs to one thread at a time.
public final class LArCVWriter {
  /// The path the file will have.
  public let path: String
  /// The number of events appended.
  public private(set) var entryCount = 0

  private enum State {
    case open
    case closed
    /// HDF5 failed in the middle of an event; the file is beyond use.
    case broken
  }

  private var state = State.open
  private let temporary: TemporaryFile
  private let file: HDF5Handle
  private let eventIDs: GrowingTable
  private let sparse: [SparseProductWriter]
  private let clusters: [ClusterProductWriter]
  private let particles: [ParticleProductWriter]

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where the file will be; an existing file is replaced by `close()`.
  ///   - products: The producers of the `sparse2d` products, each of which every event must bring.
  ///   - clusters: The producers of the `cluster2d` products, if there are any.
  ///   - particles: The producers of the `particle` products, if there are any.
  ///   - compression: Deflate's level, 0 (none) to 9; larcv3's own default is 1.
  /// - Throws: `LArCVError` of kind `usage` for unfit arguments, `inputOutput` when the file cannot
  ///   be made.
  public init(
    path: String, products producers: [String], clusters clusterProducers: [String] = [],
    particles particleProducers: [String] = [], compression: Int = 1
  ) throws(LArCVError) {
    HDF5.silence()
    try HDF5.checkThreadSafety(path)
    self.path = path
    guard (0...9).contains(compression) else {
      throw .usage(path, "compression \(compression) is not a level; give 0 to 9")
    }
    guard !producers.isEmpty else {
      throw .usage(path, "producers [] cannot be written; give at least one, each once")
    }
    for producers in [producers, clusterProducers, particleProducers] {
      try LArCVWriter.check(path: path, producers: producers)
    }
    temporary = try TemporaryFile(beside: path)
    guard let file = HDF5Handle.makeFile(temporary.path)
    else { throw .inputOutput(path, "cannot be made (\(HDF5.reason())); check its directory") }
    self.file = file
    guard let events = file.makeGroup("Events"), let data = file.makeGroup("Data") else {
      throw .inputOutput(path, "cannot be made (\(HDF5.reason())); check its directory")
    }
    // larcv3 compresses the labels of events even at level 0.
    eventIDs = try GrowingTable(
      file: path, group: events, name: "event_id", layout: .eventID, deflate: compression)
    func group(_ type: String, _ producer: String) throws(LArCVError) -> ProductGroup {
      try ProductGroup(
        file: path, data: data, product: Product(type: type, producer: producer),
        deflate: compression == 0 ? nil : compression)
    }
    sparse = try producers.map { producer throws(LArCVError) in
      try SparseProductWriter(group("sparse2d", producer))
    }
    clusters = try clusterProducers.map { producer throws(LArCVError) in
      try ClusterProductWriter(group("cluster2d", producer))
    }
    particles = try particleProducers.map { producer throws(LArCVError) in
      try ParticleProductWriter(group("particle", producer))
    }
  }

  private static func check(path: String, producers: [String]) throws(LArCVError) {
    guard Set(producers).count == producers.count else {
      throw .usage(path, "producers \(producers) cannot be written; give at least one, each once")
    }
    for producer in producers {
      // larcv3 reads a group's name into 128 bytes.
      let name = Product(type: "sparse2d", producer: producer).groupPath.dropFirst("/Data/".count)
      let isFit =
        !producer.isEmpty && name.utf8.count < 128
        && producer.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
      guard isFit else {
        throw .usage(
          path,
          "producer \"\(producer)\" cannot be written; give up to 112 letters, digits and underscores"
        )
      }
    }
  }

  /// Appends an event.
  ///
  /// - Parameters:
  ///   - id: The event's label.
  ///   - images: For each of the file's products, in any order, its planes: valid, of two axes,
  ///     the projection of plane p being p, ids strictly ascending and within the image, values
  ///     finite.  An empty plane is written as such.  An event without any plane is accepted only
  ///     while no event of that product has one, since larcv3 would answer with the planes of the
  ///     event before.
  ///   - clusters: For each product of clusters the clusters of each plane, at least one, which may be
  ///     empty; they obey the rules of planes.
  ///   - particles: For each product of particles those of the event, of which there may be none.
  /// - Throws: `LArCVError` of kind `usage` for an unfit event, of which nothing has been written;
  ///   `inputOutput` when the disk refuses.
  public func append(
    _ id: EventID, images: [(producer: String, images: [SparseImage])],
    clusters clusterLists: [(producer: String, clusters: [[SparseImage]])] = [],
    particles particleLists: [(producer: String, particles: [Particle])] = []
  ) throws(LArCVError) {
    HDF5.silence()
    guard state == .open else {
      let reason = state == .closed ? "is closed" : "could not be written before"
      throw .usage(path, "\(reason) and takes no event \(entryCount); begin another file")
    }
    let planes = try arrange(images.map { ($0, $1) }, as: sparse.map(\.product))
    let groups = try arrange(clusterLists.map { ($0, $1) }, as: clusters.map(\.product))
    let lists = try arrange(particleLists.map { ($0, $1) }, as: particles.map(\.product))
    for (product, planes) in zip(sparse, planes) { try product.check(planes, entry: entryCount) }
    for (product, groups) in zip(clusters, groups) { try product.check(groups, entry: entryCount) }
    var rows: [RowBuilder] = []
    for (product, list) in zip(particles, lists) {
      rows.append(try product.rows(list, entry: entryCount))
    }
    do {
      try append(id)
      for (product, planes) in zip(sparse, planes) { try product.append(planes) }
      for (product, groups) in zip(clusters, groups) { try product.append(groups) }
      for (product, rows) in zip(particles, rows) { try product.append(rows) }
    } catch {
      state = .broken
      throw error
    }
    entryCount += 1
  }

  private func append(_ id: EventID) throws(LArCVError) {
    var row = RowBuilder(.eventID, count: 1)
    row.store(id.run, 0, 0)
    row.store(id.subrun, 0, 8)
    row.store(id.event, 0, 16)
    try eventIDs.append(row)
  }

  /// What an event brings, in the order of the file's products.
  private func arrange<Content>(
    _ given: [(producer: String, content: Content)], as products: [Product]
  ) throws(LArCVError) -> [Content] {
    let expected = products.map(\.producer)
    let names = given.map(\.producer)
    guard names.count == expected.count, Set(names) == Set(expected) else {
      throw .usage(
        path,
        "event \(entryCount) brings products \(names) where the file has \(expected); "
          + "give each once")
    }
    return expected.compactMap { name in given.first { $0.producer == name }?.content }
  }

  /// Finishes the file and gives it its name; the content is on the disk before the name is.
  ///
  /// Closing again does nothing.
  ///
  /// - Throws: `LArCVError` of kind `inputOutput` when the file could not be completed; nothing is
  ///   then left under the name that was not there before.
  public func close() throws(LArCVError) {
    HDF5.silence()
    switch state {
    case .closed: return
    case .broken:
      throw .inputOutput(path, "could not be written before and was abandoned; write it again")
    case .open: state = .broken
    }
    guard eventIDs.close(), sparse.allSatisfy({ $0.close() }),
      clusters.allSatisfy({ $0.close() }), particles.allSatisfy({ $0.close() }),
      file.flushFile(), file.close()
    else {
      throw .inputOutput(path, "cannot be completed (\(HDF5.reason())); check the disk's space")
    }
    try temporary.takeName()
    state = .closed
  }
}
