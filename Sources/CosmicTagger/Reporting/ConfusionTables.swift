import Foundation
import Telemetry

/// How often each class was taken for each other: a matrix for each plane, and one for all.
struct ConfusionTables {
  private let prediction: Scores.Prediction

  /// The matrices of one way to predict.
  init(_ prediction: Scores.Prediction) { self.prediction = prediction }

  private static let classes = ["background", "cosmic", "neutrino"]

  /// The matrices side by side.
  var html: HTML {
    var matrices: [HTML] = []
    if prediction.confusion.count > 1, let sum = sum { matrices.append(matrix("All planes", sum)) }
    for (plane, counts) in prediction.confusion.enumerated() {
      matrices.append(matrix("Plane \(plane)", counts))
    }
    return """
      <p class="note">Pixels of all scored events by \(prediction.name): rows are true classes, \
      columns what was predicted. Shares are of a row's pixels; the shade is that share.</p>
      <div class="matrices">\(matrices)</div>
      """
  }

  private var sum: [[Int]]? {
    prediction.confusion.reduce(nil) { (sum: [[Int]]?, plane) in
      guard let sum else { return plane }
      return zip(sum, plane).map { zip($0, $1).map { $0 &+ $1 } }
    }
  }

  private func matrix(_ title: String, _ counts: [[Int]]) -> HTML {
    let head: [HTML] = Self.classes.map { "<th scope=\"col\">\($0)</th>" }
    let rows: [HTML] = zip(Self.classes, counts).map { name, row in
      let total = row.reduce(0.0) { $0 + Double($1) }
      let cells: [HTML] = row.map { cell($0, share: total > 0 ? Double($0) / total : .nan) }
      return "<tr><th scope=\"row\">\(name)</th>\(cells)</tr>"
    }
    return """
      <div class="wide"><table class="matrix"><thead><tr><th class="left" scope="col">\(title)</th>\
      \(head)</tr></thead><tbody>\(rows)</tbody></table></div>
      """
  }

  /// Ink on paper where the share is small, paper on ink where it is large.
  private func cell(_ count: Int, share: Double) -> HTML {
    let known = share.isFinite ? share : 0
    let shade = String(format: "%.2f", known * 0.9)
    let ink = known > 0.75 ? "#ffffff" : "inherit"
    let text = share.isFinite ? String(format: "%.1f %%", share * 100) : "–"
    return """
      <td style="background:rgba(31,72,120,\(shade));color:\(ink)">\(count)<small>\(text)</small></td>
      """
  }
}
