import CHDF5
import Foundation

/// A file's bytes as they are, beside HDF5.
package final class RawFile {
  private let descriptor: Int32

  package init?(path: String) {
    descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  /// Some bytes; nil when the file does not have them all.
  package func bytes(at position: Int, count: Int) -> [UInt8]? {
    guard position >= 0, (0...ObjectHeader.largestBlock).contains(count) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return pread(descriptor, &bytes, count, position) == count ? bytes : nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}

/// What HDF5's specification calls an object header, read before HDF5 itself reads it.
///
/// HDF5 1.10 divides by zero on a damaged header whose chunks have another rank than the rows, or
/// whose types have no size, and reads beyond its buffers where the size of an element in the
/// layout differs from the type's.  Its own interface shows none of this before the harm is done.
/// Only headers of version 1 are looked at: later ones carry a checksum that HDF5 verifies.
///
/// Source: HDF5 File Format Specification 3.0, sections IV.A.1.a and IV.A.2.
package struct ObjectHeader {
  package static let largestBlock = 1 << 20
  private static let mostBlocks = 64

  private let file: RawFile
  private let base: Int
  private let offsetSize: Int
  private let lengthSize: Int
  private var rank: Int?
  private var elementSize: Int?
  private var chunkExtents: [Int]?

  /// How addresses are stored in a file; nil when HDF5 cannot say.
  package init?(file: RawFile, handle: HDF5Handle) {
    guard let sizes = handle.addressSizes else { return nil }
    self.file = file
    (base, offsetSize, lengthSize) = sizes
  }

  /// True when HDF5 can be trusted with the object whose header is at an address.
  package func isSound(at address: Int) -> Bool {
    var copy = self
    return copy.scan(at: address) && copy.agrees
  }

  private mutating func scan(at address: Int) -> Bool {
    guard let prefix = block(address, 16) else { return false }
    guard prefix[0] == 1 else { return true }
    var cursor = ByteCursor(prefix, position: 8)
    guard let size = cursor.unsigned(4) else { return false }
    var blocks = [(address: address + 16, size: size)]
    var next = 0
    while next < blocks.count {
      guard blocks.count <= ObjectHeader.mostBlocks,
        let bytes = block(blocks[next].address, blocks[next].size),
        scan(messages: bytes, blocks: &blocks)
      else { return false }
      next += 1
    }
    return true
  }

  private func block(_ address: Int, _ size: Int) -> [UInt8]? {
    let (position, overflows) = base.addingReportingOverflow(address)
    return overflows ? nil : file.bytes(at: position, count: size)
  }

  private mutating func scan(
    messages: [UInt8], blocks: inout [(address: Int, size: Int)]
  ) -> Bool {
    var cursor = ByteCursor(messages)
    while cursor.remaining >= 8 {
      guard let kind = cursor.unsigned(2), let size = cursor.unsigned(2),
        let flags = cursor.unsigned(1), cursor.skip(3), let data = cursor.slice(size)
      else { return false }
      // A shared message is elsewhere, where larcv3 never puts any.
      guard flags & 2 == 0 || ![1, 3, 8].contains(kind) else { return false }
      var body = ByteCursor(data)
      switch kind {
      case 1:
        guard body.skip(1), let rank = body.unsigned(1) else { return false }
        self.rank = rank
      case 3:
        guard let size = body.soundType(depth: 0) else { return false }
        elementSize = size
      case 8: guard readLayout(&body) else { return false }
      case 16:
        guard let address = body.unsigned(offsetSize), let size = body.unsigned(lengthSize) else {
          return false
        }
        blocks.append((address, size))
      default: break
      }
    }
    return true
  }

  /// Version 3, the only one that goes with such headers since HDF5 1.6.
  private mutating func readLayout(_ body: inout ByteCursor) -> Bool {
    guard body.unsigned(1) == 3, let kind = body.unsigned(1) else { return false }
    guard kind == 2 else { return kind < 2 }
    guard let count = body.unsigned(1), body.skip(offsetSize) else { return false }
    var extents: [Int] = []
    for _ in 0..<count {
      guard let extent = body.unsigned(4), extent > 0 else { return false }
      extents.append(extent)
    }
    chunkExtents = extents
    return true
  }

  /// Chunks have the rank of the rows, and one more extent: the size of an element.
  private var agrees: Bool {
    guard let chunkExtents else { return true }
    guard let rank, let elementSize else { return false }
    return chunkExtents.count == rank + 1 && chunkExtents.last == elementSize
  }
}

extension HDF5Handle {
  /// Of a file: where addresses count from, and the bytes of an offset and of a length.
  fileprivate var addressSizes: (base: Int, offset: Int, length: Int)? {
    HDF5Handle(H5Fget_create_plist(identifier))?.creationSizes
  }

  private var creationSizes: (base: Int, offset: Int, length: Int)? {
    var base: hsize_t = 0
    var offset = 0
    var length = 0
    guard H5Pget_userblock(identifier, &base) >= 0,
      H5Pget_sizes(identifier, &offset, &length) >= 0, let base = Int(exactly: base)
    else { return nil }
    return (base, offset, length)
  }

  /// Where in the file the header of a group's object is; nil when HDF5 cannot say.
  package func headerAddress(_ name: String) -> Int? {
    var status = H5G_stat_t()
    guard H5Gget_objinfo(identifier, name, false, &status) >= 0 else { return nil }
    return Int(exactly: status.objno.0)
  }
}
