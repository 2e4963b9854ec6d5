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
  /// A layer made to read or write no channels where it needs some.
  case noChannels(layer: String)

  /// How many sites of what image a message speaks of.
  public struct SiteShape: Equatable, Sendable {
    /// Number of sites.
    public let count: Int
    /// Size of the image.
    public let spatialSize: [Int]
  }
}

extension LayerError: CustomStringConvertible {
  /// One sentence that names the layer, the sizes and the remedy.
  public var description: String {
    switch self {
    case .channels(let layer, let reads, let found):
      "\(layer) reads \(reads) channels, but its input has \(found)"
    case .featureRows(let rows, let sites):
      "\(rows) rows of features do not belong to a plan of \(sites) sites"
    case .noInputs(let layer):
      "\(layer) has no inputs"
    case .unequalChannels(let layer, let channels):
      "\(layer) adds equal numbers of channels, not \(channels)"
    case .differentSites(let layer, let first, let other):
      "\(layer) joins branches on the same sites, but one has \(first.count) sites of size "
        + "\(first.spatialSize) and another \(other.count) of size \(other.spatialSize)"
    case .noChannels(let layer):
      "\(layer) reads or writes no channels: give it one at least"
    }
  }
}

extension SiteSet {
  /// What an error says of a site set.
  var shape: LayerError.SiteShape { .init(count: count, spatialSize: spatialSize) }
}
