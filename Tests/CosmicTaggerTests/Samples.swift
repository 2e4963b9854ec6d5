import CosmicTagger
import Foundation
import LArCV
import Logging
import Synchronization
import Testing

/// Three events of a real detector, where they are at hand.
enum RealEvents {
  static let path =
    (ProcessInfo.processInfo.environment["DATA_DIR"] ?? "../shared/data")
    + "/sbnd_events_train.h5"

  static var arePresent: Bool { FileManager.default.fileExists(atPath: path) }

  static func load(_ configuration: DataConfiguration) throws -> [DetectorEvent] {
    let source = try FileEventSource([path], configuration)
    return try (0..<(source.eventCount ?? 0)).map { try source.event($0) }
  }
}

/// Events made by hand: pixels of (first axis, second axis, value).
struct Pixels {
  var projection = 0
  var size = [8, 4]
  var pixels: [(Int, Int, Float)] = []

  var image: SparseImage {
    SparseImage(
      meta: ImageMeta(projection: projection, voxelCounts: size),
      ids: pixels.map { UInt64($0.0 * size[1] + $0.1) }, values: pixels.map(\.2))
  }
}

func event(_ charge: [Pixels], _ labels: [Pixels], name: String = "entry 5 of made.h5")
  -> DetectorEvent
{
  DetectorEvent(images: charge.map(\.image), labels: labels.map(\.image), name: name)
}

func data(_ change: (inout DataConfiguration) -> Void = { _ in }) -> DataConfiguration {
  var configuration = DataConfiguration()
  change(&configuration)
  return configuration
}

/// The sites of a batch as text, `event plane row column: charge label`, in row order.
func listing(_ batch: SiteAssembly.Batch) -> [String] {
  (0..<batch.sites.count).map { row in
    let event = batch.sites.packing.event(of: batch.sites.keys[row])
    let place = ([event] + batch.sites.coordinates(row: row)).map(String.init)
    return place.joined(separator: " ") + ": \(batch.charges[row]) \(batch.labels[row])"
  }
}

/// What a run reports.
final class CapturedLog: Sendable {
  private let captured = Mutex<[String]>([])

  var lines: [String] { captured.withLock { $0 } }

  var logger: Logger {
    Logger(label: "test") { _ in Handler(log: self) }
  }

  private struct Handler: LogHandler {
    let log: CapturedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      log.captured.withLock { $0.append("\(event.message)") }
    }
  }
}

/// A directory that is gone when its last reference is.
final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/tagger-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
