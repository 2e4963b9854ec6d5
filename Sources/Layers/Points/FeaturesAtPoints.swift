import Autodiff
import Sites

/// Features where they are asked for: sites in → `[points, channels]` out, the features of the row
/// each point names, zeros where it names none.
///
/// With `SiteSet.rows(coordinates:events:)` each point gets the features of the site it lies in, with
/// `SiteSet.nearestRows(coordinates:events:radius:)` those of the nearest: for whole
/// coordinates what SPINE and MinkowskiEngine call `features_at_coordinates`, which interpolates
/// between sites for others, as this does not. The gradient of a site is the sum over the points
/// that name it.
///
/// Cost: one copy a point and channel.
///
/// ```swift
/// let rows = try image.sites.nearestRows(coordinates: [3.2, 8.9], events: [0], radius: 1)
/// let found = try FeaturesAtPoints()(image, rows: rows)
/// ```
public struct FeaturesAtPoints: CustomStringConvertible {
  /// A layer without settings.
  public init() {}

  /// The features of chosen rows.
  ///
  /// - Parameter rows: for each point a row of the input, or -1 for zeros.
  /// - Throws: `LayerError` naming the first point whose row is not one of the input's.
  public func callAsFunction(
    _ input: SparseTensor, rows: [Int32]
  ) throws(LayerError) -> Variable {
    let count = input.sites.count
    for (point, row) in rows.enumerated() where row < -1 || Int(row) >= count {
      throw LayerError.rowOutside(layer: description, row: Int(row), point: point, sites: count)
    }
    return input.features.copiedRows(rows) { RowGroups(rowOfPoint: rows, rowCount: count) }
  }

  /// Its name.
  public var description: String { "FeaturesAtPoints" }
}
