/// A record of the layers that features walked through, by name and in order.
///
/// Give one to a tape (`tape.trace = Trace()`) to see shapes, parameters and multiply-adds of a pass;
/// after an error, `path` and `layer` tell where it happened. A tape without one records nothing.
public final class Trace {
  /// One layer, and what it made.
  public struct Entry: Equatable, Sendable {
    /// Names from the outermost part of the network to the layer.
    public let path: [String]
    /// The layer's own line, `SubmanifoldConvolution 16→32 3×3`.
    public let layer: String
    /// Rows of the result: sites.
    public let rows: Int
    /// Channels of the result.
    public let channels: Int
    /// Size of the result's image.
    public let spatialSize: [Int]
    /// Number of values an optimizer changes.
    public let parameterCount: Int
    /// Products of an input value and a weight in the forward pass.
    public let multiplyAdds: Int
  }

  /// The layers so far; parts made of other parts have no entry of their own.
  public private(set) var entries: [Entry] = []

  /// Names of the parts that were entered and not left.
  public private(set) var path: [String] = []

  /// The innermost layer that was entered last.
  public private(set) var layer = ""

  private var multiplyAdds = 0

  /// An empty record.
  public init() {}

  /// Notes that a part of the network begins.
  public func enter(_ name: String, layer: String) {
    path.append(name)
    self.layer = layer
  }

  /// Notes that the part entered last has made its result.
  ///
  /// - Parameter result: what it made, where it is a layer and not made of other parts.
  public func leave(
    _ result: (rows: Int, channels: Int, spatialSize: [Int], parameterCount: Int)?
  ) {
    if let result {
      entries.append(
        Entry(
          path: path, layer: layer, rows: result.rows, channels: result.channels,
          spatialSize: result.spatialSize, parameterCount: result.parameterCount,
          multiplyAdds: multiplyAdds))
      multiplyAdds = 0
    }
    path.removeLast()
  }

  /// Counts products of the layer that is being walked through.
  public func count(multiplyAdds: Int) {
    self.multiplyAdds += multiplyAdds
  }
}
