import Foundation

/// Options as files and the command line say them, one over the other: what is said later makes void
/// what it contradicts.
struct OptionPhrases {
  private var phrases: [Phrase] = []

  /// Puts what is said later over what was said before.
  ///
  /// Within one layer nothing but the same option makes another void: options that contradict each
  /// other there are refused by the command that reads them.
  mutating func overlay(_ layer: [Phrase]) {
    var settled: [Phrase] = []
    for phrase in layer {
      settled.removeAll { $0.subject == phrase.subject }
      settled.append(phrase)
    }
    let void = settled.reduce(into: Set<String>()) { $0.formUnion(voided(by: $1)) }
    phrases.removeAll { void.contains($0.subject) }
    phrases += settled
  }

  // MARK: What makes what void

  /// Options that are ways to say one thing.
  private static let alternatives: [Set<String>] = [
    ["--sparse", "--dense", "--masked"],
    ["--loss-balance-scheme", "--balance-loss"],
    ["--deepest", "--block-concat"],
    ["--precision", "--model-half-precision"],
    ["--threads", "--intra-op-parallelism-threads"],
    ["--log-directory", "run.id"],
    ["--file", "data.file"],
    ["--aux-file", "data.aux_file"],
    ["--minibatch-size", "run.minibatch_size"],
  ]

  /// What describes a file, and nothing where there is none.
  private static let ofFiles: Set<String> = [
    "--file", "data.file", "data.aux_file", "data.data_directory", "--axes", "--label-convention",
    "--image-producer", "--label-producer",
  ]

  /// What `--form` and `--conv-mode` decide of a preset.
  private static let ofForm: Set<String> = [
    "--downsampling", "--upsampling", "--deepest", "--block-concat", "--split-scope",
    "--connect-pre-res-blocks-down", "--connect-pre-res-blocks-up", "--leak", "--leak-of-scaling",
    "--normalization-scope", "--normalization-epsilon", "--normalization-momentum",
  ]

  private func voided(by phrase: Phrase) -> Set<String> {
    let subject = phrase.subject
    guard phrase.said != .retracted else { return [subject] }
    let same = Self.alternatives.filter { $0.contains(subject) }.reduce(Set([subject])) {
      $0.union($1)
    }
    return same.union(consequences(of: phrase))
  }

  /// What loses its meaning by what is said of something else.
  private func consequences(of phrase: Phrase) -> Set<String> {
    let isKnown = phrases.contains { $0.subject == phrase.subject }
    switch (phrase.subject, phrase.value) {
    case ("--deepest", "none"):
      return ["--blocks-deepest-layer", "--bottleneck-deepest", "--filter-size-deepest"]
    case ("--deepest", "stacked"): return ["--bottleneck-deepest"]
    case ("--batch-norm", "False"): return ["--normalization-epsilon", "--normalization-momentum"]
    case ("--connections", "none"):
      return ["--connect-pre-res-blocks-down", "--connect-pre-res-blocks-up"]
    case ("data.synthetic", "True"): return Self.ofFiles
    case ("--file", _), ("data.file", _): return ["data.synthetic"]
    // Switches beside a preset, or a form, change that one: they go with it.
    case ("--preset", _): return isKnown ? OptionScope.ofPreset : []
    case ("--form", _), ("--conv-mode", _): return isKnown ? Self.ofForm : []
    default: return []
    }
  }

  // MARK: Options made of several switches

  /// The option that a switch helps to make.
  private static let made = [
    "run.id": "--log-directory", "run.minibatch_size": "--minibatch-size", "data.file": "--file",
    "data.aux_file": "--aux-file", "data.data_directory": "--file", "data.synthetic": "--file",
  ]

  /// Whether a command has the option that a phrase means.
  static func isOf(_ phrase: Phrase, _ allowed: Set<String>) -> Bool {
    allowed.contains(made[phrase.subject] ?? phrase.subject)
  }

  private func value(_ subject: String) -> String? {
    phrases.last { $0.subject == subject }?.value
  }

  /// The arguments of a command that has these options.
  ///
  /// - Throws: `TaggerError` for parts that make no whole.
  func arguments(_ allowed: Set<String>) throws(TaggerError) -> [String] {
    let plain = phrases.filter { Self.made[$0.subject] == nil }
    var options = OptionPhrases()
    options.phrases = plain
    try addFiles(to: &options)
    if let size = value("run.minibatch_size") {
      options.addIfMissing("--minibatch-size", size)
      if allowed.contains("--aux-minibatch-size") {
        options.addIfMissing("--aux-minibatch-size", size)
      }
    }
    if let run = value("run.id") {
      let preset = value("--preset") ?? "uresnet"
      options.addIfMissing("--log-directory", "output/torch/\(preset)/\(run)")
    }
    return options.phrases.flatMap(\.arguments)
  }

  private mutating func addIfMissing(_ option: String, _ value: String) {
    guard self.value(option) == nil else { return }
    phrases.append(Phrase(option, .value(value)))
  }

  /// What is read: files in a folder, or none.
  private func addFiles(to options: inout OptionPhrases) throws(TaggerError) {
    if value("data.synthetic") == "True" {
      options.phrases.removeAll { $0.subject == "--file" }
      return
    }
    let folder = value("data.data_directory") ?? ""
    for (key, option) in [("data.file", "--file"), ("data.aux_file", "--aux-file")] {
      guard let name = value(key) else { continue }
      let paths = name.split(separator: ",").map { name in
        folder.isEmpty || name.hasPrefix("/")
          ? String(name) : (folder as NSString).appendingPathComponent(String(name))
      }
      options.addIfMissing(option, paths.joined(separator: ","))
    }
    guard options.value("--file") == nil else { return }
    if !folder.isEmpty {
      throw TaggerError(
        .usage, "data.data_directory \(folder) is but a folder: name a file in it by data.file")
    }
    if value("data.synthetic") == "False" {
      throw TaggerError(
        .usage,
        "events that are not synthetic come from a file: give one with --file, or leave out "
          + "that they are not")
    }
  }
}
