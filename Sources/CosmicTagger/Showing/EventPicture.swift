import Foundation
import Sites
import Telemetry

/// An event as pictures show it: its planes, and what it is called.
struct EventPicture: Sendable {
  let title: String
  private(set) var planes: [PlanePicture]

  /// The sites of a batch of one event.
  ///
  /// - Parameters:
  ///   - labels: the true class of each site, if it is known.
  ///   - predictions: the class a network gave each site, if one did.
  init(
    _ title: String, _ sites: SiteSet, charges: [Float], labels: [UInt8]?, predictions: [UInt8]?,
    _ geometry: ImageGeometry, _ data: DataConfiguration
  ) {
    self.title = title
    planes = (0..<geometry.planes).map { _ in
      PlanePicture(
        width: geometry.columns, height: geometry.rows, rows: [], columns: [], charge: [],
        truth: labels.map { _ in [] }, prediction: predictions.map { _ in [] })
    }
    for row in 0..<sites.count {
      let classes = [labels?[row], predictions?[row]].compactMap { $0 }
      // Of full images, most pixels are empty and said to be.
      guard !data.fillsImages || charges[row] != 0 || classes.contains(where: { $0 != 0 })
      else { continue }
      let place = sites.coordinates(row: row)
      let plane = place[0]
      planes[plane].rows.append(place[1])
      planes[plane].columns.append(place[2])
      planes[plane].charge.append(data.takesLogarithm ? expm1(charges[row]) : charges[row])
      if let labels { planes[plane].truth?.append(Int(labels[row])) }
      if let predictions { planes[plane].prediction?.append(Int(predictions[row])) }
    }
  }
}

extension DataConfiguration {
  /// How pictures call an event.
  func title(ofEvent number: Int) -> String {
    guard let file else { return "simulated event \(number)" }
    return "entry \(number) of \((file as NSString).lastPathComponent)"
  }
}
