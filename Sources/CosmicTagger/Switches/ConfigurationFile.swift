import Foundation
import Yams

/// A YAML file of switches: nested groups, dotted keys, or names of options without their dashes.
struct ConfigurationFile {
  /// Keys with their groups, dotted, and values as they are written.
  let entries: [(key: String, value: String)]

  /// Reads a file.
  ///
  /// - Throws: `TaggerError` when it cannot be read, or is no YAML of keys and values.
  init(_ path: String) throws(TaggerError) {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw TaggerError(.inputOutput, "\(path) cannot be read: give the path of a YAML file")
    }
    do {
      guard let root = try Yams.compose(yaml: text) else {
        entries = []
        return
      }
      entries = try Self.entries(of: root, below: "", path)
    } catch let error as TaggerError {
      throw error
    } catch {
      let reason = "\(error)".split(separator: "\n").prefix(2).joined(separator: ", ")
      throw TaggerError(
        .badData, "\(path) is no YAML (\(reason)): write a line `name: value` for each switch")
    }
  }

  private static func entries(
    of node: Node, below prefix: String, _ path: String
  ) throws(TaggerError) -> [(key: String, value: String)] {
    guard let mapping = node.mapping else {
      throw TaggerError(
        .badData,
        "\(path) has no names at \(prefix.isEmpty ? "its top" : prefix): write a line "
          + "`name: value` for each switch")
    }
    var entries: [(key: String, value: String)] = []
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw TaggerError(.badData, "\(path) has a name that is no text below \"\(prefix)\"")
      }
      let key = prefix.isEmpty ? name : "\(prefix).\(name)"
      if let scalar = value.scalar {
        // A name without a value says nothing.
        if !(scalar.string.isEmpty || scalar.string == "null" || scalar.string == "~") {
          entries.append((key, scalar.string))
        }
      } else if let list = value.sequence {
        let values = list.compactMap(\.scalar?.string)
        guard values.count == list.count else {
          throw TaggerError(.badData, "\(path): \(key) is a list of other than values")
        }
        entries.append((key, values.joined(separator: name == "shape" ? "," : " ")))
      } else {
        entries += try Self.entries(of: value, below: key, path)
      }
    }
    return entries
  }
}
