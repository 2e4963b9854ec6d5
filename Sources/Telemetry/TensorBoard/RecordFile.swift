import Files
import Foundation

/// A file of records as TensorFlow frames them, which grows at its end: length, checksum of the length,
/// bytes, checksum of the bytes.
///
/// Records gather in memory until `flush()`. The file never ends within a record, so what is written
/// after a disk was full can be read again.
final class RecordFile {
  let path: String
  private let file: WrittenFile
  private var pending: [UInt8] = []
  private var writtenBytes = 0
  private var isTorn = false

  /// Makes a file; one of this name is written after.
  init(_ path: String) throws(FileError) {
    self.path = path
    file = try WrittenFile(path, .append)
    var status = stat()
    if stat(path, &status) == 0 { writtenBytes = Int(status.st_size) }
  }

  /// Takes a record.
  func append(_ record: UnsafeRawBufferPointer) {
    withUnsafeBytes(of: UInt64(record.count).littleEndian) { length in
      pending.append(contentsOf: length)
      appendChecksum(of: length)
    }
    pending.append(contentsOf: record)
    appendChecksum(of: record)
  }

  private func appendChecksum(of bytes: UnsafeRawBufferPointer) {
    let checksum = CRC32C.masked(CRC32C.checksum(of: bytes)).littleEndian
    withUnsafeBytes(of: checksum) { pending.append(contentsOf: $0) }
  }

  /// Hands all records to the system, where other programs find them.
  ///
  /// - Throws: `FileError` when the disk does not take them; they are then forgotten.
  func flush() throws(FileError) {
    guard !pending.isEmpty else { return }
    // Room that was needed once, as for pictures, is kept: it will be needed again.
    defer { pending.removeAll(keepingCapacity: true) }
    if isTorn { try file.truncate(to: writtenBytes) }
    isTorn = true
    do {
      try file.write(pending)
    } catch {
      isTorn = (try? file.truncate(to: writtenBytes)) == nil
      throw error
    }
    isTorn = false
    writtenBytes += pending.count
  }
}
