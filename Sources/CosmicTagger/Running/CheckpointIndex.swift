import Files
import Foundation

/// The text `checkpoint` of a folder of checkpoints, in the original's words: `latest: model-500.h5`, then a
/// line `500: model-500.h5` for each, the newest first.
struct CheckpointIndex {
  /// One checkpoint.
  struct Entry: Equatable {
    let step: Int
    let name: String
  }

  /// The newest first.
  let entries: [Entry]

  init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// What a folder's index lists; nothing where there is none, or where it cannot be read.
  init(_ folder: String) {
    let data = FileManager.default.contents(atPath: "\(folder)/checkpoint") ?? Data()
    let text = String(decoding: data, as: UTF8.self)
    entries = text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let step = Int(parts[0]) else { return nil }
      return Entry(step: step, name: parts[1].trimmingCharacters(in: .whitespaces))
    }
  }

  /// Takes the place of a folder's index at once.
  func write(to folder: String) throws(FileError) {
    guard let latest = entries.first else { return }
    let lines = ["latest: \(latest.name)"] + entries.map { "\($0.step): \($0.name)" }
    try WrittenFile.replace(
      "\(folder)/checkpoint", with: (lines.joined(separator: "\n") + "\n").utf8)
  }
}
