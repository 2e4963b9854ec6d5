import Foundation
import Tensors

/// Options with their values, put in order: those of files before those of the command line, without
/// those that the command line contradicts, and with those that are made of several.
struct OptionPhrases {
  private var phrases: [[String]]

  /// Options that no command has, because they say how others are composed.
  static let composed: Set<String> = [
    "--run-id", "--most-threads", "--data-directory", "--data-group", "--synthetic",
  ]

  /// Options of which one makes the others of its line void.
  private static let alternatives: [Set<String>] = [
    ["--sparse", "--dense", "--masked"],
    ["--loss-balance-scheme", "--balance-loss"],
    ["--deepest", "--block-concat"],
    ["--precision", "--model-half-precision"],
    ["--threads", "--most-threads"],
    ["--log-directory", "--run-id"],
  ]

  init(_ phrases: [[String]]) {
    self.phrases = phrases
  }

  /// The first argument that is no option.
  var command: String? {
    guard let first = phrases.first?.first, !first.hasPrefix("-") else { return nil }
    return first
  }

  /// Puts a command first.
  mutating func insert(command: String) {
    phrases.insert([command], at: 0)
  }

  /// Puts what files say behind the command and before all else.
  mutating func insert(_ others: [[String]], accepted: Set<String>) {
    let spoken = Set(phrases.compactMap(\.first).map { String($0.prefix { $0 != "=" }) })
    let void = Self.alternatives.filter { !$0.isDisjoint(with: spoken) }.reduce(spoken) {
      $0.union($1)
    }
    let valid = others.filter { $0.first.map { !void.contains($0) } ?? false }
    phrases.insert(contentsOf: valid, at: command == nil ? 0 : 1)
    compose(accepted)
  }

  var arguments: [String] { phrases.flatMap { $0 } }

  private func last(_ option: String) -> String? {
    phrases.last { $0.first == option && $0.count > 1 }?[1]
  }

  private mutating func compose(_ accepted: Set<String>) {
    let isSynthetic =
      phrases.contains { $0.first == "--synthetic" } || last("--data-group") == "synthetic"
    if isSynthetic { phrases.removeAll { $0.first == "--file" } }
    if let folder = last("--data-directory") {
      phrases = phrases.map { phrase in
        guard ["--file", "--aux-file"].contains(phrase.first), phrase.count > 1,
          !phrase[1].hasPrefix("/")
        else { return phrase }
        return [phrase[0], (folder as NSString).appendingPathComponent(phrase[1])]
      }
    }
    if let run = last("--run-id"), accepted.contains("--log-directory") {
      phrases.append(["--log-directory", "output/\(run)"])
    }
    if let most = last("--most-threads").flatMap(Int.init), accepted.contains("--threads") {
      phrases.append(["--threads", "\(max(1, min(most, Threads.available)))"])
    }
    phrases.removeAll { $0.first.map(Self.composed.contains) ?? false }
  }
}
