import Foundation

/// A file under a name of its own until it is complete, then under the name it is meant for.
///
/// The temporary name is beside the target, since only within a file system is renaming atomic.
package final class TemporaryFile {
  package let path: String
  private let target: String
  private var isNamed = false

  /// Makes an empty file beside the target.
  package init(beside target: String) throws(FileError) {
    self.target = target
    var status = stat()
    guard !target.isEmpty, !target.utf8.contains(0), !target.hasSuffix("/"),
      stat(target, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    else { throw .usage(target, "cannot be a file's name; give the path of a file") }
    path = "\(target).\(UUID().uuidString.prefix(8)).partial"
    let descriptor =
      WriteOperation.open.isRefused
      ? -1 : open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      isNamed = true
      throw .inputOutput(
        target, "cannot be made (\(String(cString: strerror(errno)))); check its directory")
    }
    close(descriptor)
  }

  /// Brings the content to the disk and renames.
  package func takeName() throws(FileError) {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard synchronize(path), !WriteOperation.rename.isRefused, rename(path, target) == 0 else {
      throw .inputOutput(
        target, "cannot be completed (\(String(cString: strerror(errno)))); check the disk")
    }
    isNamed = true
    // The rename itself survives a power failure only when the directory is on the disk too; some
    // file systems cannot do that, and the file is complete all the same.
    _ = synchronize(directory)
  }

  /// Deletes what processes that were killed left of files under names of their own.
  ///
  /// - Parameter isOurs: whether a file of the folder is one that nobody else writes now.
  package static func removeRemains(in folder: String, of isOurs: (_ file: String) -> Bool) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count > 2, parts[parts.count - 1] == "partial",
        parts[parts.count - 2].count == 8, parts[parts.count - 2].allSatisfy(\.isHexDigit),
        isOurs(parts.dropLast(2).joined(separator: "."))
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  private func synchronize(_ path: String) -> Bool {
    guard !WriteOperation.flush.isRefused else { return false }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    let isSynchronized = fsync(descriptor) == 0
    return close(descriptor) == 0 && isSynchronized
  }

  deinit {
    if !isNamed { unlink(path) }
  }
}
