import Testing

/// A switch of the original as its users write it, and what they may expect.
struct SwitchCase: Sendable, CustomTestStringConvertible {
  enum Expectation: Sendable {
    /// These arguments of this program.
    case acts([String])
    /// Nothing: it says what is so in any case.
    case agrees
    /// A refusal whose sentence holds these words.
    case refused(String)
  }

  /// The arguments that are written.
  let written: [String]
  let expectation: Expectation

  /// Arguments as a line, with blanks between them.
  init(_ written: String, _ expectation: Expectation) {
    self.written = written.split(separator: " ").map(String.init)
    self.expectation = expectation
  }

  /// A switch that acts as the arguments of this line do.
  static func acts(_ written: String, as arguments: String) -> SwitchCase {
    SwitchCase(written, .acts(arguments.split(separator: " ").map(String.init)))
  }

  /// A switch that is spelled here as it was there.
  static func same(_ written: String) -> SwitchCase { acts(written, as: written) }

  static func agrees(_ written: String) -> SwitchCase { SwitchCase(written, .agrees) }

  static func refused(_ written: String, _ words: String) -> SwitchCase {
    SwitchCase(written, .refused(words))
  }

  /// The name of the switch.
  var name: String { String(written[0].prefix { $0 != "=" }) }

  var testDescription: String { written.joined(separator: " ") }
}
