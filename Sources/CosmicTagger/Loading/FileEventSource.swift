import LArCV

/// Events of larcv3 files, one file after the other as if they were one.
public final class FileEventSource: EventSource {
  private let files: [File]
  private let producers: Producers
  /// Files that are open, the one read last at the end.
  private var open: [(file: Int, reader: LArCVReader)] = []

  /// HDF5 keeps a megabyte for each table of an open file.
  private static let mostOpenFiles = 4

  private struct File {
    let path: String
    /// The numbers of its entries among those of all files.
    let entries: Range<Int>
  }

  /// Opens the files.
  ///
  /// - Throws: `TaggerError` when one cannot be read, or when there are no events.
  public init(_ paths: [String], _ configuration: DataConfiguration) throws(TaggerError) {
    var files: [File] = []
    for path in paths {
      let reader = try Self.open(path)
      let first = files.last?.entries.upperBound ?? 0
      files.append(File(path: path, entries: first..<first + reader.entryCount))
    }
    self.files = files
    producers = Producers(configuration)
    guard let last = files.last, last.entries.upperBound > 0 else {
      throw TaggerError(
        .badData,
        "\(paths.joined(separator: ", ")) has no events: choose a file with at least one")
    }
  }

  /// Number of entries of all files.
  public var eventCount: Int? { files.last?.entries.upperBound }

  /// Number of entries of each file.
  var entryCounts: [Int] { files.map(\.entries.count) }

  /// Reads one entry; its images are inflated and checked when it is decoded.
  public func read(_ number: Int) throws(TaggerError) -> UndecodedEvent {
    let (entry, reader) = try place(of: number)
    return try producers.read(entry, of: reader)
  }

  /// Voxels of charge of one entry, from the tables that say where they lie.
  public func voxelCount(_ number: Int) throws(TaggerError) -> Int? {
    let (entry, reader) = try place(of: number)
    do {
      return try reader.voxelCount(
        Product(type: "sparse2d", producer: producers.images), entry: entry)
    } catch {
      // Whoever reads the event says what is wrong with it, or leaves it out: it is so on every rank.
      guard error.kind == .badData else { throw TaggerError(error) }
      return 0
    }
  }

  private func place(
    of number: Int
  ) throws(TaggerError) -> (entry: Int, reader: LArCVReader) {
    guard let index = files.firstIndex(where: { $0.entries.contains(number) }) else {
      throw TaggerError(
        .usage, "there is no event \(number): choose one below \(eventCount ?? 0)")
    }
    return (number - files[index].entries.lowerBound, try reader(index))
  }

  private func reader(_ index: Int) throws(TaggerError) -> LArCVReader {
    if let place = open.firstIndex(where: { $0.file == index }) {
      let found = open.remove(at: place)
      open.append(found)
      return found.reader
    }
    if open.count == Self.mostOpenFiles { open.removeFirst() }
    let reader = try Self.open(files[index].path)
    open.append((index, reader))
    return reader
  }

  private static func open(_ path: String) throws(TaggerError) -> LArCVReader {
    do {
      return try LArCVReader(path: path)
    } catch {
      throw TaggerError(error)
    }
  }
}

/// What is read of an event, by the names of those who produced it.
private struct Producers {
  let images: String
  let labels: String?
  let truth: String?

  init(_ configuration: DataConfiguration) {
    images = configuration.imageProducer
    labels = configuration.readsLabels ? configuration.labelProducer : nil
    truth = configuration.readsTruth ? configuration.truthProducer : nil
  }

  func read(_ entry: Int, of reader: LArCVReader) throws(TaggerError) -> UndecodedEvent {
    do {
      let images = try product(images, entry, reader)
      let labels = try labels.map { try product($0, entry, reader) }
      let id = try reader.eventID(entry: entry)
      let truth = try truth.map { producer in
        try EventTruth(
          particles: reader.particles(producer: producer, entry: entry),
          markers: reader.clusters(producer: producer, entry: entry))
      }
      let name = "entry \(entry) of \(reader.path)"
      return UndecodedEvent { () throws(TaggerError) in
        do {
          return DetectorEvent(
            images: try images.checked(), labels: try labels?.checked() ?? [], name: name, id: id,
            truth: truth, storedByteCount: images.byteCount + (labels?.byteCount ?? 0))
        } catch {
          throw TaggerError(error)
        }
      }
    } catch {
      throw TaggerError(error)
    }
  }

  private func product(
    _ producer: String, _ entry: Int, _ reader: LArCVReader
  ) throws(LArCVError) -> ReadProduct {
    let product = Product(type: "sparse2d", producer: producer)
    return ReadProduct(
      stored: try reader.storedImages(product, entry: entry), product: product, entry: entry,
      file: reader.path)
  }
}

/// The images of one producer as they lie in the file.
private struct ReadProduct: Sendable {
  let stored: StoredImages
  let product: Product
  let entry: Int
  let file: String

  var byteCount: Int { stored.storedByteCount }

  func checked() throws(LArCVError) -> [SparseImage] {
    let images = try stored.images()
    for image in images {
      try image.checkedForTraining(file: file, product: product, entry: entry)
    }
    return images
  }
}
