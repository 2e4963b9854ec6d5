/// What one switch says, in this program's words.
struct Phrase: Equatable {
  /// How an option is said.
  enum Said: Equatable {
    /// With this value.
    case value(String)
    /// Without one, as options that have none are.
    case bare
    /// Not at all: what was said of it before is taken back.
    case retracted
  }

  /// The option; or the key of a switch that makes an option with others, as `run.id`.
  let subject: String
  /// How it is said.
  let said: Said
  /// Whether commands may do without it: the original read every switch in each of its modes.
  var isDispensable = true

  init(_ subject: String, _ said: Said, isDispensable: Bool = true) {
    self.subject = subject
    self.said = said
    self.isDispensable = isDispensable
  }

  /// A phrase of an option with its value, or of a bare one.
  init(_ arguments: [String]) {
    self.init(arguments[0], arguments.count > 1 ? .value(arguments[1]) : .bare)
  }

  /// The value, if it has one.
  var value: String? {
    if case .value(let value) = said { value } else { nil }
  }

  /// What this program's parser is given.
  var arguments: [String] {
    switch said {
    case .value(let value): value.hasPrefix("-") ? ["\(subject)=\(value)"] : [subject, value]
    case .bare: [subject]
    case .retracted: []
    }
  }
}
