import Foundation

/// A table of figures over the steps of a run, as training leaves it: `step,loss,…`, then a line for each
/// step.
///
/// A last line without its end is still being written, or was cut off with the run: it is left out. Where
/// a run went on from an earlier step, the later figures of a step count.
package struct MetricsLog {
  /// Names of the figures, in the file's order.
  package let names: [String]
  /// Steps, ascending.
  package private(set) var steps: [Double] = []
  private var rows: [[Double]] = []

  /// Reads a file; nothing where there is none.
  ///
  /// - Throws: `TaggerError` that names the line that is none.
  package init?(path: String) throws(TaggerError) {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw TaggerError(.inputOutput, "\(path) cannot be read: check its permissions")
    }
    try self.init(text: String(decoding: bytes, as: UTF8.self), path: path)
  }

  /// Reads a text.
  package init(text: String, path: String) throws(TaggerError) {
    var lines = text.replacing("\r\n", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false)
    lines.removeLast()
    guard let header = lines.first else {
      names = []
      return
    }
    let columns = header.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard columns.first == "step", !columns.contains("") else {
      throw TaggerError(
        .badData,
        "\(path) begins with \"\(header.prefix(40))\" where step and the names of figures are "
          + "expected: remove the file, or give the folder of a run")
    }
    names = Array(columns.dropFirst())
    for (index, line) in lines.enumerated().dropFirst() {
      try append(line, number: index + 1, path)
    }
  }

  private mutating func append(
    _ line: some StringProtocol, number: Int, _ path: String
  ) throws(TaggerError) {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == names.count + 1 else {
      throw TaggerError(
        .badData,
        "\(path), line \(number) has \(cells.count) values where the first line names "
          + "\(names.count + 1): remove the line")
    }
    var values: [Double] = []
    for cell in cells {
      guard let value = Double(cell.trimmingCharacters(in: .whitespaces)) else {
        throw TaggerError(
          .badData,
          "\(path), line \(number) has \"\(cell.prefix(40))\" where a number is expected: "
            + "remove the line")
      }
      values.append(value)
    }
    guard abs(values[0]) < 1e15 else {
      throw TaggerError(
        .badData, "\(path), line \(number) has no step: remove the line")
    }
    while let last = steps.last, last >= values[0] {
      steps.removeLast()
      rows.removeLast()
    }
    steps.append(values[0])
    rows.append(Array(values.dropFirst()))
  }

  /// The figures of a name, one for each step; nothing where there is no such name.
  package func values(_ name: String) -> [Double]? {
    names.firstIndex(of: name).map { column in rows.map { $0[column] } }
  }
}
