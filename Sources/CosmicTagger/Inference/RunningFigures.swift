import Foundation
import Training

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
      let figures = SegmentationMetrics(confusion, pixels: pixels).named
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
    let names = SegmentationMetrics.unknown.named.map(\.line)
    return [head]
      + names.enumerated().map { index, name in
        let known = planes.map { $0[index].value }.filter { !$0.isNaN }
        let mean = known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        return "  \(name): " + (mean.isNaN ? "nan" : String(format: "%.4f", mean))
      }
  }
}
