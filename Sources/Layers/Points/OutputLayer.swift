import Autodiff
import Sites

/// From sites back to points: features on the sites of a map in → `[points, channels]` out, the
/// site's features for every one of its points, zeros for the empty rows of the padded form.
///
/// The gradient of a site is the sum of its points' gradients, in their order of appearance.
///
/// SparseConvNet differs for its modes of first and last: there only the point that won gets
/// features, and the others zeros. Here every point gets its site's, so that each hit of an event
/// has a prediction whatever the input layer did with duplicates. For modes of sum and mean both
/// agree: features are copied, not divided.
///
/// Cost: one copy a point and channel.
///
/// ```swift
/// let scores = try OutputLayer()(logits, at: map)  // a row for each point the map was made of
/// ```
public struct OutputLayer: CustomStringConvertible {
  /// A layer without settings.
  public init() {}

  /// The features of each point's site.
  ///
  /// - Throws: `LayerError` when the input is not on the map's sites.
  public func callAsFunction(
    _ input: SparseTensor, at points: PointMap
  ) throws(LayerError) -> Variable {
    guard points.sites.hasSameSites(as: input.sites) else {
      throw LayerError.pointSites(
        layer: description, points: points.sites.shape, sites: input.sites.shape)
    }
    return input.features.copiedRows(points.rowOfPoint) { points.groups }
  }

  /// As SparseConvNet prints it.
  public var description: String { "OutputLayer" }
}

/// Features where they are asked for: sites in → `[points, channels]` out, the features of the row
/// each point names, zeros where it names none.
///
/// With `SiteSet.rows(coordinates:events:)` each point gets the features of the site it lies in, with
/// `SiteSet.nearestRows(coordinates:events:radius:)` those of the nearest: what SPINE and
/// MinkowskiEngine call `features_at_coordinates`. The gradient of a site is the sum over the points
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
