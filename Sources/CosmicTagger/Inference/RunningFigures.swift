import Files
import Foundation
import LArCV
import Training

/// The figures of predictions, by the names that lines and files give them.
enum NamedFigures {
  static func all(_ metrics: SegmentationMetrics) -> [(name: String, value: Double)] {
    [
      ("accuracy", metrics.accuracy), ("acc-non-zero", metrics.nonBackgroundAccuracy),
      ("acc-neutrino", metrics.neutrinoAccuracy), ("acc-cosmic-iou", metrics.cosmicIoU),
      ("acc-neutrino-iou", metrics.neutrinoIoU),
    ]
  }
}

/// The mean of each figure over any number of events, plane by plane and then over planes; what nobody
/// can know is left out.
struct RunningFigures {
  private struct Mean {
    var sum = 0.0
    var count = 0
    var value: Double { count == 0 ? .nan : sum / Double(count) }
  }

  private let pixels: Int
  private var planes: [[Mean]] = []
  /// Events so far.
  private(set) var events = 0
  /// Batches so far.
  private(set) var batches = 0

  /// No events yet, of images of so many pixels.
  init(pixels: Int) { self.pixels = pixels }

  /// Adds a batch.
  mutating func add(_ confusions: [[Confusion]]) {
    batches += 1
    events += confusions.count
    for (plane, confusion) in confusions.flatMap({ $0.enumerated().map { $0 } }) {
      let figures = NamedFigures.all(SegmentationMetrics(confusion, pixels: pixels))
      while planes.count <= plane {
        planes.append([Mean](repeating: Mean(), count: figures.count))
      }
      for (index, figure) in figures.enumerated() where !figure.value.isNaN {
        planes[plane][index].sum += figure.value
        planes[plane][index].count += 1
      }
    }
  }

  /// The lines a run ends with.
  func lines(hasLabels: Bool) -> [String] {
    let head = "Inference report: \(batches) batches processed for \(events) entries."
    guard hasLabels else { return [head] }
    let names = NamedFigures.all(SegmentationMetrics(Confusion(classes: 3), pixels: 1)).map(\.name)
    return [head]
      + names.enumerated().map { index, name in
        let known = planes.map { $0[index].value }.filter { !$0.isNaN }
        let mean = known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        return "  \(name): " + (mean.isNaN ? "nan" : String(format: "%.4f", mean))
      }
  }
}

/// A table of figures in CSV, a line for each event, complete or not there.
final class EventTable {
  private let temporary: TemporaryFile
  private let file: WrittenFile
  private let hasLabels: Bool
  private let geometry: ImageGeometry

  /// Begins the table, under a name of its own until it is complete.
  ///
  /// - Throws: `FileError` when it cannot be made.
  init(_ path: String, hasLabels: Bool, _ geometry: ImageGeometry) throws(FileError) {
    temporary = try TemporaryFile(beside: path)
    file = try WrittenFile(temporary.path, .replace)
    self.hasLabels = hasLabels
    self.geometry = geometry
    var columns = ["entry", "run", "subrun", "event"]
    columns += (0..<geometry.planes).map { "plane\($0)/predicted-neutrino-pixels" }
    if hasLabels {
      let names = NamedFigures.all(SegmentationMetrics(Confusion(classes: 3), pixels: 1)).map(
        \.name)
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
          NamedFigures.all(SegmentationMetrics(plane, pixels: geometry.pixels)).map {
            $0.value.isNaN ? "nan" : String(format: "%.5f", $0.value)
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
