import Foundation

/// A JSON object on one line, its fields in the order they are given.
///
/// Foundation's encoder keeps no order, and has no form for numbers that are not finite.
struct JSONLine: CustomStringConvertible {
  /// The value of a field.
  struct Value {
    fileprivate let written: String

    /// None.
    static let missing = Value(written: "null")

    /// A string.
    static func text(_ text: String) -> Value {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .withoutEscapingSlashes
      guard let data = try? encoder.encode(text) else { return .missing }
      return Value(written: String(decoding: data, as: UTF8.self))
    }

    /// A whole number.
    static func count(_ number: some BinaryInteger) -> Value { Value(written: "\(number)") }

    /// A number, written `NaN` or `Infinity` where it is not finite: as Python's `json` writes and reads
    /// it.
    static func number(_ number: Double) -> Value {
      if number.isNaN { return Value(written: "NaN") }
      if number.isInfinite { return Value(written: number > 0 ? "Infinity" : "-Infinity") }
      return Value(written: "\(number)")
    }
  }

  /// The line, without its end.
  let description: String

  /// An object of some fields.
  init(_ fields: KeyValuePairs<String, Value>) {
    let written = fields.map { "\"\($0.key)\": \($0.value.written)" }
    description = "{" + written.joined(separator: ", ") + "}"
  }
}
