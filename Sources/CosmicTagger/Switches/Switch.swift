/// A switch of the original, of its command line of 2019 and 2020 or of its configuration of today, and
/// what becomes of it here.
public struct Switch: Sendable {
  /// What a switch means to this program.
  public enum Meaning: Sendable {
    /// An option of this program, to which the value is handed; values that are spelled otherwise here
    /// are translated, and those that are not listed refused where any are.
    case option(String, [String: String] = [:])
    /// Options of this program for each truth value.
    case truth(yes: [String], no: [String])
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

  /// Every spelling.
  public var spellings: [String] { [name] + aliases }

  /// One line: the name, and what it stands for or why it is refused.
  public var line: String {
    switch meaning {
    case .option(let option, _): "\(name): \(option)"
    case .truth(let yes, let no):
      "\(name): True is \(Self.text(yes)), False is \(Self.text(no))"
    case .fixed(let values, let reason):
      "\(name): accepted as \(values.joined(separator: ", ")) alone; \(reason)"
    case .refused(let reason): "\(name): refused; \(reason)"
    }
  }

  private static func text(_ arguments: [String]) -> String {
    arguments.isEmpty ? "what is done without it" : arguments.joined(separator: " ")
  }

  /// The arguments of this program that the switch and a value mean.
  ///
  /// - Parameters:
  ///   - value: as it is written, or nothing for a bare switch.
  ///   - origin: how messages name the switch: as it was spelled, or with the file it is from.
  /// - Throws: `TaggerError` for a value that is refused.
  func arguments(_ value: String?, origin: String) throws(TaggerError) -> [String] {
    switch meaning {
    case .option(let option, let translations):
      guard let value else { return [option] }
      guard !translations.isEmpty else { return [option, value] }
      guard let translated = translations[value] ?? translations[value.lowercased()] else {
        throw TaggerError(
          .usage,
          "\(origin) \(value) is not possible: use "
            + translations.keys.sorted().joined(separator: ", "))
      }
      return [option, translated]
    case .truth(let yes, let no):
      guard let value else { return yes }
      guard let isTrue = Self.truth(value) else {
        throw TaggerError(.usage, "\(origin) \(value) is not possible: use True or False")
      }
      return isTrue ? yes : no
    case .fixed(let values, let reason):
      let isTrue = value.flatMap(Self.truth) ?? (value == nil ? true : nil)
      let isAccepted = values.contains { accepted in
        accepted == value || accepted.lowercased() == value?.lowercased()
          || isTrue != nil && Self.truth(accepted) == isTrue
      }
      guard isAccepted else {
        throw TaggerError(.usage, "\(origin)\(value.map { " \($0)" } ?? "") is refused: \(reason)")
      }
      return []
    case .refused(let reason):
      throw TaggerError(.usage, "\(origin)\(value.map { " \($0)" } ?? "") is refused: \(reason)")
    }
  }

  /// A truth value as the original's scripts spell it.
  static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "t", "y", "1": true
    case "no", "false", "f", "n", "0": false
    default: nil
    }
  }
}
