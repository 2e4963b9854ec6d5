import Autodiff

/// What a network makes of an input, layer by layer: sites, channels, sizes, parameters and work.
///
/// ```swift
/// print(try network.summary(for: sites, channels: 1))
/// ```
public struct NetworkSummary: Sendable, CustomStringConvertible {
  /// The layers in the order features walk through them.
  public let entries: [Trace.Entry]

  /// Number of values an optimizer changes.
  public let parameterCount: Int

  /// Number of sites of the network's input.
  public let inputSites: Int

  /// Products of an input value and a weight in one forward pass: SparseConvNet's
  /// `forward_pass_multiplyAdd_count`.
  public var multiplyAdds: Int { entries.reduce(0) { $0 + $1.multiplyAdds } }

  /// Values written by layers that convolve: SparseConvNet's `forward_pass_hidden_states`.
  public var hiddenStates: Int {
    entries.reduce(0) { $0 + ($1.multiplyAdds > 0 ? $1.rows * $1.channels : 0) }
  }

  /// A table of the layers, and the totals; without sites, of shapes and parameters only.
  public var description: String {
    let hasSites = inputSites > 0
    let header =
      ["layer", "", "channels", "size", "parameters"]
      + (hasSites ? ["sites", "multiply-adds"] : [])
    let rows = entries.map { entry in
      [
        entry.path.joined(separator: "."), entry.layer, "\(entry.channels)",
        entry.spatialSize.map(String.init).joined(separator: "×"), "\(entry.parameterCount)",
      ] + (hasSites ? ["\(entry.rows)", "\(entry.multiplyAdds)"] : [])
    }
    let work = ", \(multiplyAdds) multiply-adds, \(hiddenStates) hidden states"
    let totals = "\(parameterCount) parameters" + (hasSites ? work : "")
    return (aligned([header] + rows) + [totals]).joined(separator: "\n")
  }

  /// Columns of equal width: names to the left, numbers to the right.
  private func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, text in
        let padding = String(repeating: " ", count: widths[column] - text.count)
        return column < 2 ? text + padding : padding + text
      }.joined(separator: "  ")
    }
  }
}
