import Sites

/// Why a network does not fit its input: which of its layers refuses, and why.
public struct PlanningError: Error, CustomStringConvertible {
  /// Names from the outermost part of the network to the layer.
  public let path: [String]

  /// The layer's own line, `Convolution 8→16 2×2/2×2`.
  public let layer: String

  /// The size of the network's input.
  public let spatialSize: [Int]

  /// What the layer said: a `LayerError` or a `SiteError`.
  public let reason: any Error

  /// The next larger size of the network's input that would work, if the size is the reason.
  public let workingSize: [Int]?

  /// One sentence that names the layer, the size and the remedy.
  public var description: String {
    let name = path.isEmpty ? "the network" : "layer " + path.joined(separator: ".")
    let isOfSize = reason is SiteError
    let problem = isOfSize ? "does not fit an input of size \(spatialSize)" : "cannot be planned"
    let remedy = workingSize.map { "; an input of size \($0) would work" } ?? ""
    return "\(name)\(layer.isEmpty ? "" : " (\(layer))") \(problem): \(reason)\(remedy)"
  }
}
