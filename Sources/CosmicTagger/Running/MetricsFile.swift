import Files
import Foundation

/// A table of figures, a line a step, that other programs read: `train_metrics.csv`.
///
/// The original's form: `step` and the figures' names in the first line, then numbers with five decimals. A
/// line is with the system once its step is over.
final class MetricsFile {
  private let file: WrittenFile
  private var header: String?

  /// Opens the table, and takes from it what steps from `step` on, which will be taken again, left in it.
  ///
  /// A run that begins anew leaves the table of one before as `NAME.old`.
  ///
  /// - Throws: `FileError` when it cannot be read or written.
  init(_ path: String, from step: Int) throws(FileError) {
    if step == 0, Self.length(of: FileManager.default.contents(atPath: path) ?? Data()) > 0 {
      _ = rename(path, "\(path).old")
    }
    let content = FileManager.default.contents(atPath: path) ?? Data()
    file = try WrittenFile(path, .append)
    let kept = Self.length(of: content, before: step)
    if kept < content.count { try file.truncate(to: kept) }
    if kept > 0 {
      header = content.split(separator: UInt8(ascii: "\n")).first.map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  /// Bytes of the header and of whole lines of earlier steps.
  private static func length(of content: Data, before step: Int = .max) -> Int {
    var (end, lines) = (0, 0)
    while let newline = content[end...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = content[end..<newline]
      let number = Int(String(decoding: line.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self))
      if lines > 0, number.map({ $0 >= step }) ?? true { break }
      end = newline + 1
      lines += 1
    }
    // A header alone may be that of other figures.
    return lines < 2 ? 0 : end
  }

  /// Adds a line.
  ///
  /// - Throws: `TaggerError` when the table has other figures, or cannot be written.
  func append(step: Int, _ figures: [(name: String, value: Double)]) throws {
    let names = "step," + figures.map(\.name).joined(separator: ",")
    var text = ""
    if let header, header != names {
      throw TaggerError(
        .badData,
        "\(file.path) has the columns \(header), not \(names): choose another --log-directory, or "
          + "remove the file")
    }
    if header == nil { text = "\(names)\n" }
    header = names
    let values = figures.map { $0.value.isNaN ? "nan" : String(format: "%.5f", $0.value) }
    try file.write("\(text)\(step),\(values.joined(separator: ","))\n")
  }

  /// Brings all lines to the disk.
  func flush() throws(FileError) { try file.flush() }
}
