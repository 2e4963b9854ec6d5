import Autodiff

extension Module {
  /// The parts of a network, one a line as SparseConvNet prints them, each layer with the number of
  /// its parameters; parts of parts are indented.
  ///
  /// ```
  /// (down): SubmanifoldConvolution 1→8 3×3, 80 parameters
  /// (blocks):
  ///   (0): BatchNormReLU 8, 16 parameters
  /// ```
  public var outline: String {
    outlineLines.joined(separator: "\n")
  }

  private var outlineLines: [String] {
    parts.flatMap { name, part -> [String] in
      guard part.parts.isEmpty else {
        let kind = (part as? any Layer)?.kind ?? ""
        return ["(\(name)):" + (kind.isEmpty ? "" : " " + kind)]
          + part.outlineLines.map { "  " + $0 }
      }
      let line = (part as? any CustomStringConvertible)?.description ?? "\(type(of: part))"
      let count = part.parameterCount
      return ["(\(name)): " + line + (count > 0 ? ", \(count) parameters" : "")]
    }
  }
}
