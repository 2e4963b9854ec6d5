import Foundation

/// A file that one process at a time holds on to, until it lets go or ends, however it ends.
///
/// Where a file system has no locks, nobody is kept out.
package final class FileLock {
  /// Why a lock is not to be had.
  package enum Failure: Error {
    /// Somebody has it; the process, if it says so.
    case held(process: Int?)
    /// The file cannot be made, for this reason.
    case unwritable(String)
  }

  private let descriptor: Int32

  /// Takes the lock, and makes its file where there is none.
  ///
  /// - Parameter isSigned: whether the process writes its number into the file, which is then nothing else.
  package init(_ path: String, isSigned: Bool = false) throws(Failure) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw .held(process: isSigned ? signature : nil)
    }
    // Who had it may have deleted the file since: what was opened is then nobody's any more.
    var (held, named) = (stat(), stat())
    guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino
    else { throw .held(process: nil) }
    guard isSigned else { return }
    let name = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, name, name.count, 0)
  }

  private var signature: Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
