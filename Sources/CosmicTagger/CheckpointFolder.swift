import Autodiff
import Files
import Foundation
import HDF5Files
import Networks
import Training

/// The folder `checkpoints` of a run: files `model-500.h5`, and the index `checkpoint` that says which is
/// the latest, in the original's words.
///
/// A new file is on the disk before the index names it, and the index before an old file goes: whenever a
/// run is stopped, the index names files that are there.
struct CheckpointFolder {
  private let folder: String
  private let network: any Module
  /// What a checkpoint says of the network and its images.
  private let settings: [String: String]

  /// Files that are kept: older ones are deleted.
  private static let kept = 5

  /// Makes the folder below another one.
  ///
  /// - Parameter option: the option that named the other one, for messages.
  /// - Throws: `TaggerError` when it cannot be made or written to.
  init(
    _ parent: String, option: String, of network: any Module,
    _ configuration: UResNetConfiguration, _ data: DataConfiguration
  ) throws(TaggerError) {
    let parent = try OutputFolder(parent, option: option)
    folder = try OutputFolder(parent.file("checkpoints"), option: option).path
    self.network = network
    settings = configuration.settings.merging(data.imageSettings) { $1 }
  }

  /// Writes the network as it is after so many steps.
  func write(step: Int) throws {
    let name = Self.name(step)
    try Checkpoint(of: network, step: step, configuration: settings).write(
      to: "\(folder)/\(name)")
    let older = Self.entries(of: folder).filter { $0.step != step }
    let entries = [(step: step, name: name)] + older
    try writeIndex(Array(entries.prefix(Self.kept)))
    // The original's index has the same words: its files are not ours to delete.
    for entry in entries.dropFirst(Self.kept) where entry.name == Self.name(entry.step) {
      unlink("\(folder)/\(entry.name)")
    }
  }

  private static func name(_ step: Int) -> String { "model-\(step).h5" }

  /// Newest first, after a line that says which it is.
  private func writeIndex(_ entries: [(step: Int, name: String)]) throws(FileError) {
    guard let latest = entries.first else { return }
    let lines = ["latest: \(latest.name)"] + entries.map { "\($0.step): \($0.name)" }
    try WrittenFile.replace(
      "\(folder)/checkpoint", with: (lines.joined(separator: "\n") + "\n").utf8)
  }

  /// What an index lists, newest first; nothing where there is none.
  private static func entries(of folder: String) -> [(step: Int, name: String)] {
    guard let text = try? String(contentsOfFile: "\(folder)/checkpoint", encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let step = Int(parts[0]) else { return nil }
      return (step, parts[1].trimmingCharacters(in: .whitespaces))
    }
  }

  /// A line for each switch in which a network is not the one that a checkpoint is of.
  static func differences(
    of checkpoint: Checkpoint, _ file: String, from configuration: UResNetConfiguration
  ) -> [String] {
    let settings = configuration.settings
    return checkpoint.configuration.sorted { $0.key < $1.key }.compactMap { name, value in
      guard let here = settings[name], here != value else { return nil }
      return "\(file) was trained with --\(name) \(value), where this network has \(here)"
    }
  }

  /// The checkpoint file that a path means: itself, or the latest of the folder it names.
  ///
  /// - Throws: `TaggerError` for a folder without an index.
  static func file(named path: String) throws(TaggerError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { return path }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    for candidate in [folder, "\(folder)/checkpoints"] {
      if let latest = entries(of: candidate).first { return "\(candidate)/\(latest.name)" }
    }
    throw TaggerError(
      .inputOutput,
      "\(path) has no index of checkpoints: give a file of the folder, or a folder "
        + "that training wrote")
  }
}
