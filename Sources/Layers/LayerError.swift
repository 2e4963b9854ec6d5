import Sites

/// Why layers do not fit their input or each other.
public enum LayerError: Error, Equatable, Sendable {
  /// An input of another number of channels than a layer reads.
  case channels(layer: String, reads: Int, found: Int)
  /// Features of another number of rows than there are sites.
  case featureRows(Int, sites: Int)
  /// A table without inputs.
  case noInputs(layer: String)
  /// Branches whose channels cannot be added.
  case unequalChannels(layer: String, channels: [Int])
  /// Branches on different sites.
  case differentSites(layer: String, first: SiteShape, other: SiteShape)
  /// A number of groups that does not divide the channels.
  case groups(layer: String, groups: Int, channels: Int)
  /// A setting of a layer outside the values it may have.
  case setting(layer: String, name: String, value: Double, allowed: String)
  /// Features of another number of rows than a map has points.
  case pointRows(layer: String, rows: Int, points: Int)
  /// A map of points to other sites than the features are on.
  case pointSites(layer: String, points: SiteShape, sites: SiteShape)
  /// Two points at one place where points must be distinct.
  case duplicatePoint(place: [Int], event: Int, point: Int, earlier: Int)
  /// A row for a point that is not one of the sites.
  case rowOutside(layer: String, row: Int, point: Int, sites: Int)
  /// A layer whose sites follow from values, on a tape that has none.
  case needsValues(layer: String)
  /// A channel that is not there.
  case channelOutside(layer: String, channel: Int, channels: Int)
  /// Scores of another number than there are sites.
  case scores(layer: String, found: Int, sites: Int)
  /// A full image of more values than memory holds, or than can be counted.
  case denseTooLarge(batchSize: Int, spatialSize: [Int], channels: Int)
  /// Values of another number than full images of this size have.
  case denseValues(found: Int, batchSize: Int, spatialSize: [Int], channels: Int)
  /// Values for inactive positions of another number than there are channels.
  case fills(layer: String, found: Int, channels: Int)
  /// Branches on images of different sizes.
  case differentImages(layer: String, first: SiteShape, other: SiteShape)
  /// Features that are not one row for each event of the sites' batch.
  case notPerEvent(layer: String, found: SiteShape, batchSize: Int)
  /// A layer made to read or write no channels where it needs some.
  case noChannels(layer: String)
  /// More channels than a layer can have.
  case tooManyChannels(layer: String, channels: Int, most: Int)
  /// An inverse layer on images that nothing of its filter made.
  case noWayBack(layer: String, spatialSize: [Int])
  /// Images that a filter does not cover exactly.
  case notCovered(layer: String, spatialSize: [Int])
  /// Sites of another number of axes than images of planes have.
  case needsPlanes(layer: String, spatialSize: [Int])
  /// Full images of which some pixels are no sites.
  case missingPixels(sites: Int, pixels: Int)
  /// A filter that no layer for full images has.
  case denseFilter(layer: String)
  /// Full images of different sizes or batches.
  case differentPixels(layer: String, first: [Int], other: [Int])
  /// Full images of which different pixels count.
  case differentMasks(layer: String)
  /// A layer for full images on ones of which some pixels do not count.
  case needsAllPixels(layer: String)
  /// Inputs that were computed on different tapes.
  case differentTapes(layer: String)
  /// A layer with running statistics folded into its weights, on a tape that wants others.
  case folded(layer: String)

  /// How many sites of what image a message speaks of.
  public struct SiteShape: Equatable, Sendable {
    /// Number of sites.
    public let count: Int
    /// Size of the image.
    public let spatialSize: [Int]
  }
}

extension SiteSet {
  /// What an error says of a site set.
  var shape: LayerError.SiteShape { .init(count: count, spatialSize: spatialSize) }
}
