import Foundation
import Yams

/// A YAML file of switches: nested groups, dotted keys, or names of options without their dashes.
struct ConfigurationFile {
  /// Keys with their groups, dotted, and values as they are written.
  let entries: [(key: String, value: String)]

  private static let form = "write a line `name: value` for each switch"

  /// Reads a file.
  ///
  /// - Throws: `TaggerError` when it cannot be read, or is no YAML of keys and values.
  init(_ path: String) throws(TaggerError) {
    let text = try Self.text(of: path)
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw TaggerError(.badData, "\(path) is no YAML (\(Self.oneLine(error))): \(Self.form)")
    }
    guard let root, !Self.isNothing(root) else {
      entries = []
      return
    }
    entries = try Self.entries(of: root, below: "", path)
  }

  private static func text(of path: String) throws(TaggerError) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
      let code = (cause as NSError?)?.code
      let reason = code.map { String(cString: strerror(Int32($0))) } ?? error.localizedDescription
      throw TaggerError(
        .inputOutput, "\(path) cannot be read (\(reason)): give the path of a YAML file")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw TaggerError(.badData, "\(path) is no text in UTF-8: \(form)")
    }
    return text
  }

  /// What is wrong and where, without the picture of it.
  private static func oneLine(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "\(problem) in line \(mark.line), column \(mark.column)"
    case .reader(let problem, _, _, _): problem
    case .duplicatedKeysInMapping(let duplicates, _):
      "\(duplicates.sorted().joined(separator: ", ")) is there twice"
    default: "\(error)".split(separator: "\n").joined(separator: " ")
    }
  }

  /// A name without a value says nothing; the word null in quotes is a word.
  private static func isNothing(_ node: Node) -> Bool {
    guard let scalar = node.scalar else { return false }
    return scalar.string.isEmpty
      || scalar.style == .plain && ["null", "Null", "NULL", "~"].contains(scalar.string)
  }

  private static func entries(
    of node: Node, below prefix: String, _ path: String
  ) throws(TaggerError) -> [(key: String, value: String)] {
    guard let mapping = node.mapping else {
      throw TaggerError(.badData, "\(path) has no names at its top: \(form)")
    }
    var entries: [(key: String, value: String)] = []
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw TaggerError(
          .badData,
          "\(path) has a name that is no text\(prefix.isEmpty ? "" : " below \(prefix)"): \(form)")
      }
      let key = prefix.isEmpty ? name : "\(prefix).\(name)"
      if isNothing(value) { continue }
      if let scalar = value.scalar {
        entries.append((key, scalar.string))
      } else if let list = value.sequence, !hydraKeys.contains(key) {
        let values = list.compactMap(\.scalar?.string)
        guard values.count == list.count else {
          throw TaggerError(
            .badData, "\(path): \(key) is a list of other than values: write \(key): [1, 2]")
        }
        entries.append((key, values.joined(separator: ",")))
      } else if hydraKeys.contains(key) {
        throw TaggerError(
          .usage,
          "\(path): \(key) is for Hydra and refused: leave it out, and name presets as in "
            + "network: a21")
      } else {
        entries += try Self.entries(of: value, below: key, path)
      }
    }
    return entries
  }

  private static let hydraKeys: Set<String> = ["defaults", "hydra"]
}
