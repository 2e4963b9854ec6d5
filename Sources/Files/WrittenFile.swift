import Foundation

/// A file that is written in order of its bytes.
///
/// Bytes are with the system when a call returns, and on the disk after `flush()`.
package final class WrittenFile {
  /// What becomes of what a file of this name holds.
  package enum Start: Sendable {
    /// It is kept, and written after.
    case append
    /// It is lost.
    case replace
  }

  package let path: String
  private let descriptor: Int32

  /// Opens a file, and makes it where there is none.
  ///
  /// - Throws: `FileError` of kind `inputOutput`.
  package init(_ path: String, _ start: Start) throws(FileError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (start == .append ? O_APPEND : O_TRUNC)
    descriptor = WriteOperation.open.isRefused ? -1 : open(path, flags, 0o666)
    guard descriptor >= 0 else { throw failure("made") }
  }

  /// Writes bytes; where that fails some of them may have been written.
  package func write(_ bytes: some Collection<UInt8>) throws(FileError) {
    let bytes = Array(bytes)
    // A disk that becomes full takes a part first.
    let isRefused = WriteOperation.write.isRefused
    let end = isRefused ? bytes.count / 2 : bytes.count
    var start = 0
    while start < end {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress?.advanced(by: start), end - start)
      }
      if count >= 0 {
        start += count
      } else if errno != EINTR {
        throw failure("written")
      }
    }
    guard !isRefused else {
      errno = ENOSPC
      throw failure("written")
    }
  }

  /// Writes a text.
  package func write(_ text: String) throws(FileError) { try write(text.utf8) }

  /// Brings what was written to the disk.
  package func flush() throws(FileError) {
    guard !WriteOperation.flush.isRefused, fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure("completed")
    }
  }

  /// Forgets all beyond so many bytes.
  package func truncate(to count: Int) throws(FileError) {
    guard !WriteOperation.write.isRefused, ftruncate(descriptor, count) == 0 else {
      throw failure("shortened")
    }
  }

  /// Replaces a file's content at once: it is the old or the new, whatever happens.
  package static func replace(_ path: String, with content: some Collection<UInt8>)
    throws(FileError)
  {
    let temporary = try TemporaryFile(beside: path)
    try WrittenFile(temporary.path, .replace).write(content)
    try temporary.takeName()
  }

  private func failure(_ what: String) -> FileError {
    .inputOutput(
      path,
      "cannot be \(what) (\(String(cString: strerror(errno)))); check its directory and the disk's space"
    )
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
