/// Finds switches by the names that are written.
enum SwitchNames {
  /// Flags of 2019 and 2020, by every spelling.
  static let flags = Dictionary(
    Switch.flags.flatMap { flag in flag.spellings.map { ($0, flag) } },
    uniquingKeysWith: { first, _ in first })

  private static let keys = Dictionary(
    (Switch.keys + Switch.groups).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// Keys that name the command.
  static let modes: Set<String> = ["mode", "mode.name"]

  /// What a key and its value say, if anything depends on it.
  ///
  /// - Parameter origin: how messages name the key: as it is, or with the file it is from.
  /// - Throws: `TaggerError` for a switch that is refused, and for a key that nobody knows.
  static func phrase(
    of key: String, _ value: String, origin: String
  ) throws(TaggerError) -> [Phrase] {
    guard !value.contains("${"), value != "???" else {
      throw TaggerError(
        .usage, "\(origin) \(value) is filled in by Hydra alone: write the value itself")
    }
    let phrase: Phrase?
    if let known = keys[key] ?? flag(key) ?? family(key) {
      if value.isEmpty, let retraction = known.retraction { return [retraction] }
      phrase = try known.phrase(value, origin: origin)
    } else if let option = option(key) {
      phrase = try option.phrase(value, origin: origin)
    } else {
      throw TaggerError(.usage, "\(origin) is no switch: \(remedy(key))")
    }
    return phrase.map { [$0] } ?? []
  }

  /// A switch that stands for all keys that begin as it does.
  private static func family(_ key: String) -> Switch? {
    Switch.keys.first { $0.name.hasSuffix(".*") && key.hasPrefix($0.name.dropLast()) }
  }

  /// A flag of the original by its name without dashes.
  private static func flag(_ key: String) -> Switch? {
    flags["--" + key.replacing("_", with: "-")] ?? flags["-" + key]
  }

  /// An option of this program by its name without dashes.
  private static func option(_ key: String) -> Switch? {
    let option = "--" + key.replacing("_", with: "-")
    guard OptionScope.all.contains(option) else { return nil }
    return OptionScope.bare.contains(option)
      ? Switch(key, .truth(yes: [option], no: [])) : Switch(key, .option(option))
  }

  private static func remedy(_ key: String) -> String {
    nearest(to: key).map { "did you mean \($0)?" } ?? "cosmic-tagger switches lists them"
  }

  /// The known name that differs least, if it is like enough.
  private static func nearest(to key: String) -> String? {
    let options = OptionScope.all.union(Switch.flags.map(\.name)).map { String($0.dropFirst(2)) }
    let candidates = (keys.keys + options).map { (distance: editDistance(key, $0), name: $0) }
    let nearest = candidates.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard let nearest, nearest.distance <= max(2, key.count / 3) else { return nil }
    return nearest.name
  }

  /// How many letters have to be put in, left out or exchanged to make one word of another.
  private static func editDistance(_ left: String, _ right: String) -> Int {
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
}
