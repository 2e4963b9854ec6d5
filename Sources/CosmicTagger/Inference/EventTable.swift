import Files
import Foundation
import LArCV
import Training

/// A table of figures in CSV, a line for each event, complete or not there.
final class EventTable {
  private let temporary: TemporaryFile
  private let file: WrittenFile
  private let hasLabels: Bool
  private let geometry: ImageGeometry

  private static let firstColumns = ["entry", "run", "subrun", "event"]

  /// Whether there is no file of a name, an empty one, or such a table.
  static func mayReplace(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path) else { return true }
    let beginning = Data(firstColumns.joined(separator: ",").utf8)
    let found = (try? handle.read(upToCount: beginning.count)) ?? Data()
    return found.isEmpty || found == beginning
  }

  /// Begins the table, under a name of its own until it is complete.
  ///
  /// - Throws: `FileError` when it cannot be made.
  init(_ path: String, hasLabels: Bool, _ geometry: ImageGeometry) throws(FileError) {
    temporary = try TemporaryFile(beside: path)
    file = try WrittenFile(temporary.path, .replace)
    self.hasLabels = hasLabels
    self.geometry = geometry
    var columns = Self.firstColumns
    columns += (0..<geometry.planes).map { "plane\($0)/predicted-neutrino-pixels" }
    if hasLabels {
      let names = SegmentationMetrics.unknown.named.map(\.table)
      columns += (0..<geometry.planes).flatMap { plane in names.map { "plane\(plane)/\($0)" } }
    }
    try file.write(columns.joined(separator: ",") + "\n")
  }

  /// Adds the events of a batch.
  ///
  /// - Throws: `FileError` when the disk refuses.
  func append(_ batch: InferenceBatch, _ scored: ScoredBatch) throws(FileError) {
    var lines = ""
    for (number, (event, planes)) in zip(batch.events, scored.confusions).enumerated() {
      let id = event.id ?? EventID(run: -1, subrun: -1, event: -1)
      var cells = ["\(batch.firstEvent + number)", "\(id.run)", "\(id.subrun)", "\(id.event)"]
      let neutrino = Int(SiteAssembly.PixelClass.neutrino.rawValue)
      cells += planes.map { "\($0.predicted(neutrino))" }
      if hasLabels {
        cells += planes.flatMap { plane in
          SegmentationMetrics(plane, pixels: geometry.pixels).named.map {
            MetricsFile.cell($0.value)
          }
        }
      }
      lines += cells.joined(separator: ",") + "\n"
    }
    try file.write(lines)
  }

  /// Completes the table and gives it its name.
  ///
  /// - Throws: `FileError` when it could not be completed.
  func close() throws(FileError) { try temporary.takeName() }
}
