import Foundation
import LArCV

/// What a process that reads for another one is told first: the files, and what to read of them.
struct ReaderTask: Codable {
  let paths: [String]
  private let imageProducer: String
  private let labelProducer: String
  private let truthProducer: String
  private let readsLabels: Bool
  private let readsTruth: Bool

  init(_ paths: [String], _ configuration: DataConfiguration) {
    self.paths = paths
    imageProducer = configuration.imageProducer
    labelProducer = configuration.labelProducer
    truthProducer = configuration.truthProducer
    readsLabels = configuration.readsLabels
    readsTruth = configuration.readsTruth
  }

  /// The configuration as far as a source of events needs it.
  var configuration: DataConfiguration {
    var data = DataConfiguration()
    data.imageProducer = imageProducer
    data.labelProducer = labelProducer
    data.truthProducer = truthProducer
    data.readsLabels = readsLabels
    data.readsTruth = readsTruth
    return data
  }
}

/// What it answers: to its task once, then to each number of an event.
enum ReaderAnswer: Codable {
  case opened(entryCounts: [Int], hasLabels: Bool)
  case event(ReadEvent)
  case refused(kind: Int32, sentence: String)

  init(refusing error: TaggerError) {
    self = .refused(kind: error.kind.rawValue, sentence: error.description)
  }

  /// The event it brings; nil where it cannot be one, because whoever read it was led astray.
  ///
  /// - Throws: `TaggerError` where it says why there is none.
  func event() throws(TaggerError) -> DetectorEvent? {
    switch self {
    case .event(let read): return read.event
    case .refused(let kind, let sentence): throw Self.refusal(kind, sentence)
    case .opened: return nil
    }
  }

  /// The error that a refusal stands for.
  static func refusal(_ kind: Int32, _ sentence: String) -> TaggerError {
    TaggerError(TaggerError.Kind(rawValue: kind) ?? .badData, sentence)
  }
}

/// An event on its way from one process to the other.
struct ReadEvent: Codable {
  private let images: [ReadImage]
  private let labels: [ReadImage]
  private let name: String
  private let id: EventID?
  private let particles: [Particle]?
  /// Two coordinates for each plane, or none.
  private let vertices: [[Double]]
  private let storedByteCount: Int

  init(_ event: DetectorEvent) {
    images = event.images.map(ReadImage.init)
    labels = event.labels.map(ReadImage.init)
    name = event.name
    id = event.id
    particles = event.truth?.particles
    vertices = event.truth?.vertices.map { $0 ?? [] } ?? []
    storedByteCount = event.storedByteCount
  }

  /// The event; nil where it cannot be one, because whoever read it was led astray.
  var event: DetectorEvent? {
    let (images, labels) = (images.compactMap(\.image), labels.compactMap(\.image))
    guard images.count == self.images.count, labels.count == self.labels.count else { return nil }
    let truth = particles.map { particles in
      EventTruth(particles: particles, vertices: vertices.map { $0.isEmpty ? nil : $0 })
    }
    return DetectorEvent(
      images: images, labels: labels, name: name, id: id, truth: truth,
      storedByteCount: storedByteCount)
  }
}

/// An image whose voxels are bytes, for arrays are written number by number.
private struct ReadImage: Codable {
  private let meta: ImageMeta
  private let ids: Data
  private let values: Data

  init(_ image: SparseImage) {
    meta = image.meta
    ids = image.ids.withUnsafeBytes { Data($0) }
    values = image.values.withUnsafeBytes { Data($0) }
  }

  /// The image; nil when it is not fit for use.
  var image: SparseImage? {
    let image = SparseImage(
      meta: meta, ids: Self.numbers(ids, zero: 0), values: Self.numbers(values, zero: 0))
    return image.isFit ? image : nil
  }

  private static func numbers<Number>(_ bytes: Data, zero: Number) -> [Number] {
    var numbers = [Number](repeating: zero, count: bytes.count / MemoryLayout<Number>.stride)
    _ = numbers.withUnsafeMutableBytes { bytes.copyBytes(to: $0) }
    return numbers
  }
}
