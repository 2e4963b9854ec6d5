/// What a network with heads says of a batch.
public struct NetworkScores<Features: LayerFeatures> {
  /// Scores of each site.
  public let pixels: Features

  /// Scores of each event, a row for each, if the network has a head for them.
  public let events: Features?

  /// Scores of each coarse site, whether the vertex lies in its cell and where, if the network has a
  /// head for them.
  public let vertex: Features?

  /// What a network said.
  public init(pixels: Features, events: Features? = nil, vertex: Features? = nil) {
    self.pixels = pixels
    self.events = events
    self.vertex = vertex
  }
}

/// A network that says more of a batch than its sites' scores.
///
/// As a layer it is the network of those alone.
public protocol HeadedNetwork<Features>: Layer {
  /// Everything the network says.
  ///
  /// - Throws: what its layers throw.
  func scores(_ image: Features) throws -> NetworkScores<Features>
}
