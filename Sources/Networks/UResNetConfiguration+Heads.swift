extension UResNetConfiguration {
  /// The head that says what kind of event an image shows.
  ///
  /// It reads the features that leave the bottom of the U, of all planes together.
  public struct ClassificationHead: Equatable, Sendable {
    /// Whether the network has it.
    public var isActive = false
    /// Whether its gradient stops before the U.
    public var detaches = false
    /// Channels of its blocks.
    public var filters = 128
    /// Number of its blocks.
    public var blocks = 4
    /// Kinds of events it tells apart.
    public static let classes = 4

    /// As in the original.
    public init() {}
  }

  /// The head that finds the neutrino's vertex on each plane.
  ///
  /// It reads the features of one level on the way up, and says for each of its sites whether the vertex
  /// lies in that cell, and where in it.
  public struct VertexHead: Equatable, Sendable {
    /// Whether the network has it.
    public var isActive = false
    /// Whether its gradient stops before the U.
    public var detaches = true
    /// How many levels above the bottom it reads.
    public var depth = 2
    /// Channels of its blocks.
    public var filters = 128
    /// Number of its blocks.
    public var blocks = 4
    /// Presence, and the place in the cell along rows and along columns; all before a sigmoid.
    public static let scores = 3

    /// As in the original.
    public init() {}
  }

  /// Whether the network has any head besides that for its sites.
  public var hasHeads: Bool { classification.isActive || vertex.isActive }

  /// The level whose sites are the cells of the vertex head: zero at full resolution.
  public var vertexLevel: Int { depth - vertex.depth }

  func validateHeads() throws(NetworkError) {
    if classification.isActive {
      try require("classification.filters", classification.filters, in: 1...65_536)
      try require("classification.blocks", classification.blocks, in: 0...64)
    }
    if vertex.isActive {
      try require("vertex.filters", vertex.filters, in: 1...65_536)
      try require("vertex.blocks", vertex.blocks, in: 0...64)
      try require("vertex.depth", vertex.depth, in: 0...depth)
    }
  }
}
