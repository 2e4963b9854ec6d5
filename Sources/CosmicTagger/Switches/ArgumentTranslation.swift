/// Turns what users of the original write into arguments of this program.
///
/// `--config run.yaml` supplies any switch; `key=value` in the manner of today's configuration, and the
/// flags of 2019, stand anywhere on the command line, which has the last word. Arguments that are not the
/// original's are left as they are.
public struct ArgumentTranslation {
  /// An option with its value, or an argument that is left as it is.
  typealias Phrase = [String]

  private var own: [Phrase] = []
  private var fromFiles: [Phrase] = []
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
    var translation = ArgumentTranslation(accepted: accepted)
    try translation.read(arguments)
    let arguments = translation.arguments
    guard arguments.first != "inference" else {
      throw TaggerError(
        .usage,
        "inference is not there yet: train --weights FILE --score-events N judges a checkpoint")
    }
    return arguments
  }

  private init(accepted: @escaping (_ command: String) -> Set<String>) {
    self.accepted = accepted
  }

  private static let flags = Dictionary(
    Switch.flags.flatMap { flag in flag.spellings.map { ($0, flag) } },
    uniquingKeysWith: { first, _ in first })

  private static let keys = Dictionary(
    (Switch.keys + Switch.groups).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  private mutating func read(_ arguments: [String]) throws(TaggerError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        own += [[argument]] + rest.map { [$0] }
        return
      }
      if argument.hasPrefix("-") {
        try readOption(argument, &rest)
      } else if let (key, value) = Self.pair(argument) {
        own += try phrases(key, value, origin: key)
      } else {
        own.append([argument])
      }
    }
  }

  private mutating func readOption(
    _ argument: String, _ rest: inout ArraySlice<String>
  ) throws(TaggerError) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let (name, inline) = (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    if name == "--config" {
      guard let path = inline ?? rest.popFirst() else {
        throw TaggerError(.usage, "--config needs a file: give the path of one")
      }
      for (key, value) in try ConfigurationFile(path).entries {
        fromFiles += try phrases(key, value, origin: "\(path): \(key)")
      }
      return
    }
    guard let flag = Self.flags[name] else {
      own.append([argument])
      return
    }
    guard let value = inline ?? Self.value(of: flag, &rest) else {
      own.append(try flag.arguments(nil, origin: name))
      return
    }
    own.append(try flag.arguments(value, origin: name))
  }

  /// The value that follows a flag, if it takes one that is there.
  private static func value(of flag: Switch, _ rest: inout ArraySlice<String>) -> String? {
    if flag.name == "--shape" {
      var extents: [String] = []
      while let next = rest.first, next.allSatisfy(\.isNumber) {
        extents.append(next)
        rest.removeFirst()
      }
      return extents.isEmpty ? rest.popFirst() : extents.joined(separator: ",")
    }
    let isBare = ["--distributed", "--no-summary-images", "--sparse"].contains(flag.name)
    guard !isBare || rest.first.map({ Switch.truth($0) != nil }) == true else { return nil }
    return rest.popFirst()
  }

  /// A key and its value, where an argument is such a pair.
  private static func pair(_ argument: String) -> (key: String, value: String)? {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let key = String(parts[0])
    return key == "mode" || keys[key] != nil || key.contains(".") ? (key, String(parts[1])) : nil
  }

  /// What a key and its value say in this program's arguments; `mode` says the command instead.
  private mutating func phrases(
    _ key: String, _ value: String, origin: String
  ) throws(TaggerError) -> [Phrase] {
    if key == "mode" {
      command = command ?? value
      return []
    }
    if let known = Self.keys[key] { return [try known.arguments(value, origin: origin)] }
    if key.hasPrefix("framework.environment_variables.") {
      throw TaggerError(
        .usage, "\(origin) is refused: set environment variables before the program starts")
    }
    if let phrase = try Self.phrase(ofOption: key, value, origin: origin) { return [phrase] }
    let suggestion = Self.nearest(to: key).map { ": did you mean \($0)?" } ?? ""
    throw TaggerError(.usage, "\(origin) is no switch\(suggestion)")
  }

  /// The command that `mode=train` names.
  private var command: String?

  /// An option of this program, or a flag of the original, named without its dashes.
  private static func phrase(
    ofOption key: String, _ value: String, origin: String
  ) throws(TaggerError) -> Phrase? {
    let option = "--" + key.replacing("_", with: "-")
    if let flag = flags[option] ?? flags["-" + key] {
      return try flag.arguments(value, origin: origin)
    }
    guard OptionScope.all.contains(option) else { return nil }
    guard OptionScope.bare.contains(option) else { return [option, value] }
    guard let isTrue = Switch.truth(value) else {
      throw TaggerError(.usage, "\(origin) \(value) is not possible: use True or False")
    }
    return isTrue ? [option] : []
  }

  /// The known name that differs least, whole or in its last part.
  private static func nearest(to key: String) -> String? {
    let names = keys.keys + OptionScope.all.map { String($0.dropFirst(2)) }
    let candidates = names.map { name in
      let last = name.split(separator: ".").last.map(String.init) ?? name
      return (distance: min(editDistance(key, name), editDistance(key, last)), name: name)
    }
    // A short word is near to anything.
    let limit = min(4, key.count / 2)
    return candidates.filter { $0.distance <= limit }.min {
      ($0.distance, $0.name) < ($1.distance, $1.name)
    }?
    .name
  }

  /// What this program's parser is given.
  private var arguments: [String] {
    var ours = OptionPhrases(own.filter { !$0.isEmpty })
    if let command, ours.command == nil { ours.insert(command: command) }
    let allowed = ours.command.map(accepted) ?? []
    let fitting = fromFiles.filter {
      guard let option = $0.first else { return false }
      return allowed.contains(option) || OptionPhrases.composed.contains(option)
    }
    ours.insert(fitting, accepted: allowed)
    return ours.arguments
  }
}

/// How many letters have to be put in, left out or exchanged to make one word of another.
private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left), Array(right))
  var row = Array(0...right.count)
  for (i, letter) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in right.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}
