import Foundation

/// A file's bytes as they are, beside HDF5.
package final class RawFile {
  /// Bytes on disk.
  package let size: Int
  private let descriptor: Int32

  package init?(path: String) {
    var status = stat()
    descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    size = Int(status.st_size)
  }

  /// More than any block of a sound file has, by which absurd sizes are recognised.
  package static let largestBlock = 1 << 24

  /// Some bytes; nil when the file does not have them all.
  package func bytes(at position: Int, count: Int) -> [UInt8]? {
    guard (0...RawFile.largestBlock).contains(count), (0...size).contains(position),
      count <= size - position
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return pread(descriptor, &bytes, count, position) == count ? bytes : nil
  }

  deinit { close(descriptor) }
}
