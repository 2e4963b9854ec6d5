/// A switch of the original, of its command line of 2019 and 2020 or of its configuration of today, and
/// what becomes of it here.
public struct Switch: Sendable {
  /// What a switch means to this program.
  public enum Meaning: Sendable {
    /// An option of this program, to which the value is handed; values that are spelled otherwise here
    /// are translated, and those that are not listed refused where any are.
    case option(String, [String: String] = [:])
    /// An option that takes whole numbers from zero on; others are refused with a sentence.
    case natural(String, String)
    /// Options of this program for each truth value; nothing takes back what was said before.
    case truth(yes: [String], no: [String])
    /// Part of what makes an option together with other switches: under whose name, what that means,
    /// and values as for `option`.
    case part(of: String, String, [String: String] = [:])
    /// Nothing here depends on it: these values are accepted, others refused with a sentence.
    case fixed([String], String)
    /// Refused with a sentence.
    case refused(String)
  }

  /// Its name: `--minibatch-size`, or `run.minibatch_size`.
  public let name: String
  /// Other spellings of it.
  public let aliases: [String]
  /// What it means.
  public let meaning: Meaning

  init(_ name: String, _ aliases: [String] = [], _ meaning: Meaning) {
    self.name = name
    self.aliases = aliases
    self.meaning = meaning
  }

  init(_ name: String, _ meaning: Meaning) {
    self.init(name, [], meaning)
  }

  /// Every spelling.
  public var spellings: [String] { [name] + aliases }

  /// One line: the name, and what it stands for or why it is refused.
  public var line: String {
    let spelled = spellings.joined(separator: ", ")
    return switch meaning {
    case .option(let option, _): "\(spelled): \(option)"
    case .natural(let option, let reason): "\(spelled): \(option); \(reason)"
    case .truth(let yes, let no):
      "\(spelled): True is \(Self.text(yes)), False is \(Self.text(no))"
    case .part(_, let text, _): "\(spelled): \(text)"
    case .fixed(let values, let reason):
      "\(spelled): accepted as \(values.joined(separator: ", ")) alone; \(reason)"
    case .refused(let reason): "\(spelled): refused; \(reason)"
    }
  }

  private static func text(_ arguments: [String]) -> String {
    arguments.isEmpty ? "what is done without it" : arguments.joined(separator: " ")
  }

  /// What the switch and a value say, if anything here depends on it.
  ///
  /// - Parameters:
  ///   - value: as it is written, or nothing for a bare switch.
  ///   - origin: how messages name the switch: as it was spelled, or with the file it is from.
  /// - Throws: `TaggerError` for a value that is refused.
  func phrase(_ value: String?, origin: String) throws(TaggerError) -> Phrase? {
    switch meaning {
    case .option(let option, let translations):
      guard let value else { return Phrase(option, .bare) }
      return Phrase(option, .value(try Self.translated(value, translations, origin)))
    case .part(let subject, _, let translations):
      guard let value else { return Phrase(subject, .bare) }
      return Phrase(subject, .value(try Self.translated(value, translations, origin)))
    case .natural(let option, let reason):
      guard let value, UInt64(value) != nil else { throw refusal(value, origin, reason) }
      return Phrase(option, .value(value))
    case .truth(let yes, let no):
      guard let isTrue = value.map(Self.truth) ?? true else {
        throw Self.impossible(value ?? "", "True or False", origin)
      }
      let said = isTrue ? yes : no
      return said.isEmpty ? Phrase((isTrue ? no : yes)[0], .retracted) : Phrase(said)
    case .fixed(let values, let reason):
      let written = value ?? "True"
      let isAccepted = values.contains { accepted in
        accepted.lowercased() == written.lowercased()
          || ["True", "False"].contains(accepted) && Self.truth(accepted) == Self.truth(written)
      }
      guard isAccepted else { throw refusal(value, origin, reason) }
      return nil
    case .refused(let reason):
      throw refusal(value, origin, reason)
    }
  }

  /// What takes back all that was said of the switch, as a key without a value does.
  var retraction: Phrase? {
    switch meaning {
    case .option(let subject, _), .natural(let subject, _), .part(let subject, _, _):
      Phrase(subject, .retracted)
    case .truth, .fixed, .refused: nil
    }
  }

  private func refusal(_ value: String?, _ origin: String, _ reason: String) -> TaggerError {
    TaggerError(.usage, "\(origin)\(value.map { " \($0)" } ?? "") is refused: \(reason)")
  }

  private static func impossible(_ value: String, _ use: String, _ origin: String) -> TaggerError {
    TaggerError(.usage, "\(origin) \(value) is not possible: use \(use)")
  }

  private static func translated(
    _ value: String, _ translations: [String: String], _ origin: String
  ) throws(TaggerError) -> String {
    guard !translations.isEmpty else { return value }
    let truth = truth(value).flatMap { translations[$0 ? "True" : "False"] }
    guard let translated = translations[value] ?? translations[value.lowercased()] ?? truth else {
      throw impossible(value, translations.keys.sorted().joined(separator: ", "), origin)
    }
    return translated
  }

  /// A truth value as the original's scripts spell it.
  public static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "t", "y", "1": true
    case "no", "false", "f", "n", "0": false
    default: nil
    }
  }
}
