import Files
import Foundation
import Training

/// The folder `checkpoints` of a run: files `model-500.h5`, the index `checkpoint` that says which is
/// the latest, in the original's words, and the best of all as `best.h5`.
///
/// A new file is on the disk before the index names it, and the index before an old file goes: whenever a
/// run is stopped, the index names files that are there.
struct CheckpointFolder {
  /// Where the folder is.
  let folder: String

  /// Files that are kept: older ones are deleted.
  private static let kept = 5

  /// Makes the folder below another one.
  ///
  /// - Parameter option: the option that named the other one, for messages.
  /// - Throws: `TaggerError` when it cannot be made or written to.
  init(_ parent: OutputFolder, option: String) throws(TaggerError) {
    folder = try OutputFolder(parent.file("checkpoints"), option: option).path
  }

  /// A folder that is there, of which nothing is changed.
  init(existing folder: String) { self.folder = folder }

  /// Deletes what runs that were killed left of files they were writing: for who has the folder alone.
  func removeRemains() {
    TemporaryFile.removeRemains(in: folder) { file in
      file == "checkpoint" || file == "best.h5" || file.hasPrefix("model-")
    }
  }

  /// The path of the checkpoint of a step.
  func file(_ step: Int) -> String { "\(folder)/\(Self.name(step))" }

  /// Writes a checkpoint, and takes the oldest of too many away.
  ///
  /// - Parameter isBest: whether it is kept as `best.h5` too, beyond its turn.
  func write(_ checkpoint: Checkpoint, isBest: Bool) throws(FileError) {
    let (step, name) = (checkpoint.step, Self.name(checkpoint.step))
    try checkpoint.write(to: file(step))
    // A run that goes on from it believes that this was done.
    if isBest { try promote(checkpoint) }
    // Of steps that are taken again, what was written before them counts no more.
    let older = CheckpointIndex(folder).entries.filter { $0.step < step }
    let entries = [CheckpointIndex.Entry(step: step, name: name)] + older
    try CheckpointIndex(Array(entries.prefix(Self.kept))).write(to: folder)
    // The original's index has the same words: its files are not ours to delete.
    for entry in entries.dropFirst(Self.kept) where entry.name == Self.name(entry.step) {
      unlink(file(entry.step))
    }
  }

  private func promote(_ checkpoint: Checkpoint) throws(FileError) {
    let best = "\(folder)/best.h5"
    let new = "\(folder)/best.h5.new"
    unlink(new)
    // A second name of the file costs nothing; not every file system has that.
    guard !WriteOperation.open.isRefused, link(file(checkpoint.step), new) == 0,
      !WriteOperation.rename.isRefused, rename(new, best) == 0
    else {
      unlink(new)
      return try checkpoint.write(to: best)
    }
  }

  private static func name(_ step: Int) -> String { "model-\(step).h5" }

  /// The files that may be the newest, in the order to try them: those of the index, then others of the folder.
  private func names(_ report: (String) -> Void) -> [String] {
    let listed = CheckpointIndex(folder).entries.filter { $0.name == Self.name($0.step) }.map(
      \.name)
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let steps = present.compactMap { name in
      Int(name.dropFirst("model-".count).dropLast(".h5".count)).flatMap {
        Self.name($0) == name ? $0 : nil
      }
    }
    if listed.isEmpty, !steps.isEmpty {
      report("\(folder)/checkpoint is lost or damaged: going by the names of the checkpoints")
    }
    return listed + steps.sorted(by: >).map(Self.name).filter { !listed.contains($0) }
  }

  /// Whether a path means this checkpoint: as its file, or as its folder.
  static func isSame(_ path: String, _ file: String) -> Bool {
    let (asked, newest) = (URL(fileURLWithPath: path), URL(fileURLWithPath: file))
    let folder = newest.deletingLastPathComponent()
    return [newest, folder, folder.deletingLastPathComponent()].contains {
      $0.resolvingSymlinksInPath().path == asked.resolvingSymlinksInPath().path
    }
  }

  /// The newest checkpoint that is sound; nothing where there is none at all.
  ///
  /// - Parameter report: is told of each that is damaged.
  /// - Throws: `TaggerError` where all are damaged.
  func latest(
    _ report: (String) -> Void
  ) throws(TaggerError) -> (file: String, checkpoint: Checkpoint)? {
    let names = names(report)
    for (index, name) in names.enumerated() {
      do throws(FileError) {
        return ("\(folder)/\(name)", try Checkpoint(contentsOf: "\(folder)/\(name)"))
      } catch {
        guard names.count > 1 else { throw TaggerError(error) }
        let remedy =
          index + 1 < names.count
          ? "going on from the one before, \(names[index + 1])" : "there is no other"
        report("\(error.description): \(remedy)")
      }
    }
    guard !names.isEmpty else { return nil }
    throw TaggerError(
      .badData,
      "none of the checkpoints of \(folder) can be read: give another folder, or a checkpoint of another "
        + "place")
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
