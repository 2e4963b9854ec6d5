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
  /// A run that begins anew leaves the table of one before as `NAME.old`. A table with lines that are none is
  /// kept as `NAME.damaged`, and its sound lines go on.
  ///
  /// - Parameter report: is told what was found damaged.
  /// - Throws: `FileError` when it cannot be read or written.
  init(
    _ path: String, from step: Int, _ report: (String) -> Void = { _ in }
  ) throws(FileError) {
    if step == 0, MetricsLines(path, before: .max).isTable { _ = rename(path, "\(path).old") }
    let found = MetricsLines(path, before: step)
    if found.isDamaged {
      report(
        "\(path) has lines that are none: it is kept as \(path).damaged, and goes on without them")
      _ = rename(path, "\(path).damaged")
      try WrittenFile.replace(path, with: found.sound)
    }
    file = try WrittenFile(path, .append)
    if !found.isDamaged, found.sound.count < found.size { try file.truncate(to: found.sound.count) }
    header = found.header
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
        "\(file.path) has other columns than the figures of this run: choose another "
          + "--log-directory, or remove the file")
    }
    if header == nil { text = "\(names)\n" }
    header = names
    let values = figures.map { Self.cell($0.value) }
    try file.write("\(text)\(step),\(values.joined(separator: ","))\n")
  }

  /// A number as tables of figures have it.
  static func cell(_ value: Double) -> String {
    value.isNaN ? "nan" : String(format: "%.5f", value)
  }

  /// Brings all lines to the disk.
  func flush() throws(FileError) { try file.flush() }
}

/// The lines of a table that a run goes on with.
private struct MetricsLines {
  /// Bytes of all that is there.
  let size: Int
  /// The first line, if there are others.
  private(set) var header: String?
  /// Header and whole lines of earlier steps, if there are such.
  private(set) var sound: [UInt8] = []
  /// Whether lines that are none stand among these.
  private(set) var isDamaged = false

  /// Whether there is a table.
  var isTable: Bool { header != nil }

  init(_ path: String, before step: Int) {
    let content = FileManager.default.contents(atPath: path) ?? Data()
    size = content.count
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last end of a line was being written when a run was killed.
    _ = lines.popLast()
    guard let first = lines.first else { return }
    let fields = first.count { $0 == UInt8(ascii: ",") }
    var isAfterDamage = false
    for line in lines.dropFirst() {
      let number = Int(String(decoding: line.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self))
      guard let number, line.count(where: { $0 == UInt8(ascii: ",") }) == fields else {
        isAfterDamage = true
        continue
      }
      guard number < step else { continue }
      if sound.isEmpty {
        header = String(decoding: first, as: UTF8.self)
        sound += first + [UInt8(ascii: "\n")]
      }
      isDamaged = isDamaged || isAfterDamage
      sound += line + [UInt8(ascii: "\n")]
    }
  }
}
