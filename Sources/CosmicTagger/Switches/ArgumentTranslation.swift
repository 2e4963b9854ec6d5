/// Turns what users of the original write into arguments of this program.
///
/// `--config run.yaml` supplies any switch; `key=value` in the manner of today's configuration, and the
/// flags of 2019, stand anywhere on the command line, which has the last word. Arguments that are not the
/// original's are left as they are.
public struct ArgumentTranslation {
  private var positionals: [String] = []
  private var own: [Phrase] = []
  private var files: [[Phrase]] = []
  /// What is behind `--`.
  private var rest: [String] = []
  /// What `--aux-file` is on the command line: the original's inference writes it.
  private var auxiliaryFile: String?
  /// The commands that `mode=train` names, on the command line and in files.
  private var ownMode: String?
  private var fileMode: String?
  private let accepted: (_ command: String) -> Set<String>

  /// Translates the arguments after the program's name.
  ///
  /// - Parameter accepted: the long options of a command; what a file says of others is passed over, so
  ///   that commands can share one.
  /// - Throws: `TaggerError` for switches that are refused, keys that nobody knows, and files that
  ///   cannot be read.
  public static func translate(
    _ arguments: [String], accepted: @escaping (_ command: String) -> Set<String>
  ) throws(TaggerError) -> [String] {
    if let command = arguments.first, ownCommands.contains(command) { return arguments }
    var translation = ArgumentTranslation(accepted: accepted)
    try translation.read(arguments)
    return try translation.arguments()
  }

  /// Commands that the original never had: their options are theirs, so that `-o` names a file.
  private static let ownCommands: Set<String> = ["show", "report"]

  private init(accepted: @escaping (_ command: String) -> Set<String>) {
    self.accepted = accepted
  }

  // MARK: Reading

  private mutating func read(_ arguments: [String]) throws(TaggerError) {
    var arguments = arguments[...]
    while let argument = arguments.popFirst() {
      if argument == "--" {
        rest = [argument] + arguments
        return
      }
      if argument.hasPrefix("-") {
        try readOption(argument, &arguments)
      } else if let (key, value) = Self.pair(argument) {
        if SwitchNames.modes.contains(key) {
          ownMode = value
        } else {
          own += try SwitchNames.phrase(of: key, Self.withoutBrackets(value), origin: key)
        }
      } else {
        positionals.append(argument)
      }
    }
  }

  private mutating func readOption(
    _ argument: String, _ arguments: inout ArraySlice<String>
  ) throws(TaggerError) {
    let pair = Self.pair(argument)
    let (name, inline) = (pair?.name ?? argument, pair?.value)
    if name == "--config" {
      guard let path = inline ?? arguments.popFirst() else {
        throw TaggerError(.usage, "--config needs a file: give the path of one")
      }
      try readFile(path)
      return
    }
    guard let flag = SwitchNames.flags[name] else {
      let value =
        inline ?? (OptionScope.takesNoValue(name) ? nil : Self.takeValue(from: &arguments))
      own.append(Phrase(name, value.map { .value($0) } ?? .bare, isDispensable: false))
      return
    }
    let value = inline ?? Self.takeValue(of: flag, from: &arguments)
    guard value != nil || Switch.bareFlags.contains(flag.name) else {
      throw TaggerError(.usage, "\(name) needs a value: write it behind")
    }
    guard var phrase = try flag.phrase(value, origin: name) else { return }
    if flag.name == "--aux-file" { auxiliaryFile = phrase.value }
    phrase.isDispensable = !Switch.trainingFlags.contains(flag.name)
    own.append(phrase)
  }

  private mutating func readFile(_ path: String) throws(TaggerError) {
    var layer: [Phrase] = []
    for (key, value) in try ConfigurationFile(path).entries {
      if SwitchNames.modes.contains(key) {
        fileMode = value
      } else {
        layer += try SwitchNames.phrase(of: key, value, origin: "\(path): \(key)")
      }
    }
    files.append(layer)
  }

  /// The value that follows a flag, if it takes one that is there.
  private static func takeValue(
    of flag: Switch, from arguments: inout ArraySlice<String>
  ) -> String? {
    if flag.name == "--shape" {
      var extents: [String] = []
      while let next = arguments.first, next.allSatisfy({ $0.isASCII && $0.isNumber }) {
        extents.append(next)
        arguments.removeFirst()
      }
      return extents.isEmpty ? takeValue(from: &arguments) : extents.joined(separator: ",")
    }
    guard
      !Switch.bareFlags.contains(flag.name)
        || arguments.first.map({ Switch.truth($0) != nil }) == true
    else { return nil }
    return takeValue(from: &arguments)
  }

  /// The next argument, unless it is an option; negative numbers are values.
  private static func takeValue(from arguments: inout ArraySlice<String>) -> String? {
    guard let next = arguments.first, !next.hasPrefix("-") || Double(next) != nil else {
      return nil
    }
    return arguments.popFirst()
  }

  /// The values of a list with nothing but commas between them.
  private static func withoutBrackets(_ value: String) -> String {
    guard value.hasPrefix("["), value.hasSuffix("]") else { return value }
    return String(value.dropFirst().dropLast()).replacing(" ", with: "")
  }

  /// Both sides of the first equals sign, if there is one behind a name.
  private static func pair(_ argument: String) -> (name: String, value: String)? {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty ? (String(parts[0]), String(parts[1])) : nil
  }

  // MARK: Writing

  /// What this program's parser is given.
  private func arguments() throws(TaggerError) -> [String] {
    let command = try command()
    let allowed = command.map(accepted) ?? []
    var phrases = OptionPhrases()
    for layer in files {
      phrases.overlay(
        try adapted(layer, to: command).filter { OptionPhrases.isOf($0, allowed) })
    }
    let isOriginal = command.map(Self.originalCommands.contains) ?? false
    let accepted = allowed.union(command.map(OptionScope.ofCommandLine) ?? [])
    phrases.overlay(
      try adapted(own + written(by: command), to: command).filter {
        !isOriginal || !$0.isDispensable || OptionPhrases.isOf($0, accepted)
      })
    return [command].compactMap { $0 } + (try phrases.arguments(allowed))
      + positionals.dropFirst() + rest
  }

  /// Those of the original that read all its switches and use few.
  private static let originalCommands: Set<String> = ["inference", "iotest", "build_net"]

  /// The output of inference, where the original's name for it is used.
  private func written(by command: String?) -> [Phrase] {
    guard command == "inference", let auxiliaryFile,
      !own.contains(where: { $0.subject == "--output" })
    else { return [] }
    return [Phrase("--output", .value(auxiliaryFile))]
  }

  /// What switches say to a command, where that depends on it.
  private func adapted(
    _ layer: [Phrase], to command: String?
  ) throws(TaggerError) -> [Phrase] {
    let isInference = command == "inference"
    var (common, ofInference): ([Phrase], [Phrase]) = ([], [])
    for phrase in layer {
      switch phrase.subject {
      case "data.paths.test":
        if isInference { ofInference.append(Phrase("--file", phrase.said)) }
      case "--start-index" where !isInference:
        guard phrase.value == "0" else {
          throw TaggerError(
            .usage, "--start-index \(phrase.value ?? "") is refused: \(Switch.ofInference)")
        }
      default: common.append(phrase)
      }
    }
    return common + ofInference
  }

  private func command() throws(TaggerError) -> String? {
    let command = positionals.first ?? ownMode ?? fileMode
    if let ownMode, let named = positionals.first, named != ownMode {
      throw TaggerError(
        .usage, "mode=\(ownMode) and the command \(named) contradict each other: use one of them")
    }
    if positionals.isEmpty, let command, accepted(command).isEmpty {
      throw TaggerError(
        .usage, "mode \(command) is not possible: use train, inference, iotest or build_net")
    }
    return command
  }
}
