import Foundation

/// A small table of figures for the terminal.
///
///     class      pixels     IoU
///     --------  -------  ------
///     cosmic     103664  0.8125
///     neutrino    24001       -
///
/// Text is aligned to the left, numbers to the right.
public struct MetricsTable: Sendable, CustomStringConvertible {
  /// What a table holds.
  public enum Cell: Sendable, Equatable {
    /// Words, aligned to the left.
    case text(String)
    /// A number with a fixed count of decimals (0 to 17); one that is not finite becomes a dash.
    case number(Double, decimals: Int)
    /// A whole number.
    case count(Int)
    /// Nothing known: a dash, aligned like a number.
    case missing

    var isText: Bool {
      if case .text = self { return true }
      return false
    }

    var rendered: String {
      switch self {
      case .text(let text): return text
      case .count(let count): return "\(count)"
      case .missing: return "-"
      case .number(let value, let decimals):
        guard value.isFinite else { return "-" }
        return String(format: "%.\(min(max(decimals, 0), 17))f", value)
      }
    }
  }

  let headers: [String]
  private(set) var rows: [[Cell]] = []

  /// Makes an empty table with one column per header.
  public init(headers: [String]) {
    self.headers = headers
  }

  /// Adds a row; cells that are missing at its end stay empty, those beyond the headers get a column
  /// without a name.
  public mutating func append(_ row: [Cell]) {
    rows.append(row)
  }

  /// The table as lines of text, without a newline at the end.
  public var description: String {
    let columns = rows.map(\.count).reduce(headers.count, max)
    let texts = rows.map { $0.map(\.rendered) }
    // A column of numbers has its header on the right as well.
    let isLeft = (0..<columns).map { column in
      rows.contains { column < $0.count && $0[column].isText }
    }
    let widths = (0..<columns).map { column in
      ([headers] + texts).map { column < $0.count ? $0[column].count : 0 }.reduce(0, max)
    }

    func line(_ cells: [String], alignedLeft: (Int) -> Bool) -> String {
      let padded = cells.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return alignedLeft(column) ? cell + space : space + cell
      }
      let line = padded.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }

    var lines = [
      line(headers) { isLeft[$0] },
      widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "),
    ]
    for (row, cells) in zip(rows, texts) {
      lines.append(line(cells) { row[$0].isText })
    }
    return lines.joined(separator: "\n")
  }
}
