import Files
import Foundation
import Networks
import Training

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

extension CheckpointFolder {
  /// The checkpoint that a path means: of a file itself, of a folder the newest that is sound.
  ///
  /// - Parameter report: is told of each that is damaged.
  /// - Throws: `TaggerError` or `FileError` for a folder without checkpoints, or where none can be read.
  static func checkpoint(
    named path: String, _ report: (String) -> Void
  ) throws -> (file: String, checkpoint: Checkpoint) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return (path, try Checkpoint(contentsOf: path)) }
    let folder = path.hasSuffix("/") && path != "/" ? String(path.dropLast()) : path
    for candidate in [folder, "\(folder)/checkpoints"] {
      if let newest = try CheckpointFolder(existing: candidate).latest(report) { return newest }
    }
    throw TaggerError(
      .inputOutput,
      "\(path) has no checkpoints: give a file of the folder, or a folder that training wrote")
  }
}

extension Checkpoint {
  /// The switches in which a network is not the one that this is of: name, value there, value here.
  private func differences(
    from configuration: UResNetConfiguration
  ) -> [(name: String, there: String, here: String)] {
    let settings = configuration.settings
    return self.configuration.sorted { $0.key < $1.key }.compactMap { name, value in
      guard let here = settings[name], here != value else { return nil }
      return (name, value, here)
    }
  }

  /// A line for each switch in which a network is not the one that this is of.
  func differences(_ file: String, from configuration: UResNetConfiguration) -> [String] {
    differences(from: configuration).map { name, there, here in
      "\(file) was trained with --\(name) \(there), where this network has \(here)"
    }
  }

  /// What to do where it does not fit a network: the switches to give.
  func remedy(for configuration: UResNetConfiguration) -> String {
    let flags = differences(from: configuration).filter { $0.there != "none" }.map {
      "--\($0.name) \($0.there)"
    }
    return flags.isEmpty
      ? "give the network's switches that it was trained with"
      : "it was trained with \(flags.joined(separator: " ")): give these"
  }
}
