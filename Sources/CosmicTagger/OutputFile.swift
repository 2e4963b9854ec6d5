import Files
import Foundation

/// A file that a run writes at its end: tried before the run begins.
public struct OutputFile {
  /// The file's path as the user gave it.
  public let path: String

  private let option: String

  /// Makes sure the file can be written; one that was not there is not made yet.
  ///
  /// - Parameter option: the option that named it, for messages.
  /// - Throws: `TaggerError` when it cannot be written.
  public init(_ path: String, option: String) throws(TaggerError) {
    self.path = path
    self.option = option
    // What this makes it takes away again; what was there, a link to nothing included, stays.
    let made = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    if made >= 0 {
      close(made)
      unlink(path)
      return
    }
    let present = open(path, O_WRONLY | O_CREAT, 0o666)
    guard present >= 0 else { throw failure(errno) }
    close(present)
  }

  /// Writes an encodable value as JSON, keys in alphabetical order.
  ///
  /// - Parameters:
  ///   - snakeCase: whether keys are written as `snake_case` rather than as they are.
  ///   - isPretty: whether values have lines of their own.
  /// - Throws: `TaggerError` when the file cannot be written.
  public func writeJSON(
    _ value: some Encodable, snakeCase: Bool = true, isPretty: Bool = true
  ) throws(TaggerError) {
    let encoder = JSONEncoder()
    if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      let data = try encoder.encode(value)
      try write(data + Data("\n".utf8))
    } catch {
      throw TaggerError(error)
    }
  }

  private func write(_ data: Data) throws(TaggerError) {
    do {
      try WrittenFile(path, .replace).write(data)
    } catch {
      throw failure(errno)
    }
  }

  /// Whether two paths lead to one file, or would.
  static func areSame(_ left: String, _ right: String) -> Bool {
    var (first, second) = (stat(), stat())
    if stat(left, &first) == 0, stat(right, &second) == 0 {
      return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
    return URL(fileURLWithPath: left).standardized == URL(fileURLWithPath: right).standardized
  }

  private func failure(_ code: Int32) -> TaggerError {
    TaggerError(
      .inputOutput,
      "\(path) cannot be written (\(String(cString: strerror(code)))): choose another \(option)")
  }
}
