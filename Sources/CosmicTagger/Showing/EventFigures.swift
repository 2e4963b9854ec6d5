import Telemetry
import Training

/// How well the prediction of one event is, plane by plane.
struct EventFigures {
  private let planes: [Confusion]
  private let geometry: ImageGeometry

  /// The figures of `[event][plane]`, of which there is one event.
  init(_ confusions: [[Confusion]], _ geometry: ImageGeometry) {
    planes = confusions.first ?? []
    self.geometry = geometry
  }

  /// A line for each plane, and one for their mean.
  var table: MetricsTable {
    var table = MetricsTable(
      headers: ["plane", "cosmic sites", "neutrino sites"] + Scores.Figures.headers)
    for (number, confusion) in planes.enumerated() {
      table.append(
        row("\(number)", [confusion], SegmentationMetrics(confusion, pixels: geometry.pixels)))
    }
    table.append(
      row(
        "mean", planes,
        SegmentationMetrics([planes], pixelsPerImage: geometry.pixels, averaging: .image)))
    return table
  }

  private func row(
    _ name: String, _ confusions: [Confusion], _ metrics: SegmentationMetrics
  ) -> [MetricsTable.Cell] {
    func sites(_ label: SiteAssembly.PixelClass) -> MetricsTable.Cell {
      .count(confusions.reduce(0) { $0 + $1.labelled(Int(label.rawValue)) })
    }
    return [.text(name), sites(.cosmic), sites(.neutrino)] + Scores.Figures(metrics).cells
  }
}
