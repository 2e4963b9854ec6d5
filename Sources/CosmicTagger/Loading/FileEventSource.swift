import LArCV

/// Events of a larcv3 file.
public struct FileEventSource: EventSource {
  private let reader: LArCVReader
  private let imageProducer: String
  private let labelProducer: String?
  private let truthProducer: String?

  /// Opens the file.
  ///
  /// - Throws: `TaggerError` when it cannot be read or has no events.
  public init(_ path: String, _ configuration: DataConfiguration) throws(TaggerError) {
    do {
      reader = try LArCVReader(path: path)
    } catch {
      throw TaggerError(error)
    }
    imageProducer = configuration.imageProducer
    labelProducer = configuration.readsLabels ? configuration.labelProducer : nil
    truthProducer = configuration.readsTruth ? configuration.truthProducer : nil
    guard reader.entryCount > 0 else {
      throw TaggerError(.badData, "\(path) has no events: choose a file with at least one")
    }
  }

  /// Number of entries of the file.
  public var eventCount: Int? { reader.entryCount }

  /// Reads one entry; its images are inflated and checked when it is decoded.
  public func read(_ number: Int) throws(TaggerError) -> UndecodedEvent {
    do {
      let images = try product(imageProducer, entry: number)
      let labels = try labelProducer.map { try product($0, entry: number) }
      let id = try reader.eventID(entry: number)
      let truth = try truthProducer.map { producer in
        try EventTruth(
          particles: reader.particles(producer: producer, entry: number),
          markers: reader.clusters(producer: producer, entry: number))
      }
      let name = "entry \(number) of \(reader.path)"
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

  private func product(_ producer: String, entry: Int) throws(LArCVError) -> ReadProduct {
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
