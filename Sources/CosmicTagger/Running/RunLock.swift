import Foundation

/// Keeps a second run out of a folder, until it is released or the process ends, however it ends.
final class RunLock {
  private let descriptor: Int32

  /// Takes the folder.
  ///
  /// - Parameter option: the option that named it, for messages.
  /// - Throws: `TaggerError` when another run has it. Where a file system has no locks, nobody is kept
  ///   out.
  init(_ folder: OutputFolder, option: String) throws(TaggerError) {
    let path = folder.file(".lock")
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw TaggerError(
        .inputOutput,
        "\(path) cannot be made (\(String(cString: strerror(errno)))): choose another \(option)")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw TaggerError(
        .inputOutput,
        "the folder \"\(folder.path)\" is in use by another run\(owner): wait for its end, or choose "
          + "another \(option)")
    }
    _ = ftruncate(descriptor, 0)
    let name = Array("\(getpid())\n".utf8)
    _ = pwrite(descriptor, name, name.count, 0)
  }

  /// The process that has it, if it says so.
  private var owner: String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)).map { " (process \($0))" }
      ?? ""
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
