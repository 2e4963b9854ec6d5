import Foundation
import Sites
import Telemetry
import Training

/// Pictures of each plane of an event, as the original shows them: first row on top, background black,
/// cosmic grey and neutrino white.
///
/// Charge is on a logarithmic scale of its own for each event. Wide planes are max pooled.
struct GreyPlanes {
  private(set) var charge: [GreyPicture]
  private(set) var label: [GreyPicture]
  private(set) var prediction: [GreyPicture]

  /// No picture is wider.
  static let maximumWidth = 1024

  private static let shades: [UInt8] = [0, 127, 255]

  /// The first event of a batch.
  init(_ batch: LabelledSites, predictions: [UInt8], _ geometry: ImageGeometry) {
    let pooling = (geometry.columns + Self.maximumWidth - 1) / Self.maximumWidth
    let empty = GreyPicture(
      width: (geometry.columns + pooling - 1) / pooling,
      height: (geometry.rows + pooling - 1) / pooling)
    charge = Array(repeating: empty, count: geometry.planes)
    label = charge
    prediction = charge
    let sites = batch.plan.sites
    let rows = sites.eventRows.first ?? 0..<0
    let scale = ShadesOfCharge(batch.features[rows])
    // Of full images most sites are black.
    for row in rows
    where batch.features[row] != 0 || batch.labels[row] != 0 || predictions[row] != 0 {
      let place = sites.coordinates(row: row)
      let (plane, x, y) = (place[0], place[2] / pooling, place[1] / pooling)
      charge[plane].lighten(x: x, y: y, to: scale[batch.features[row]])
      label[plane].lighten(x: x, y: y, to: Self.shades[Int(batch.labels[row])])
      prediction[plane].lighten(x: x, y: y, to: Self.shades[Int(predictions[row])])
    }
  }
}

/// Shades for charges: black for none, then from dark grey to white with the logarithm.
private struct ShadesOfCharge {
  private let scale: ColorScale
  /// That a site with little charge differs from none.
  private let darkest = 48.0

  init(_ charges: some Collection<Float>) { scale = ColorScale(charges: charges) }

  subscript(charge: Float) -> UInt8 {
    guard charge > 0 else { return 0 }
    return UInt8(darkest + scale.position(of: charge) * (255 - darkest))
  }
}
