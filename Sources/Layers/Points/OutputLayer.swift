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
