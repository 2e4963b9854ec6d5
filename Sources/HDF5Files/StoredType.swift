/// Bytes read one little-endian number after another; nothing is read beyond the end.
package struct ByteCursor {
  private let bytes: [UInt8]
  private var position: Int

  package init(_ bytes: [UInt8], position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  package var remaining: Int { bytes.count - position }

  package mutating func skip(_ count: Int) -> Bool {
    guard (0...remaining).contains(count) else { return false }
    position += count
    return true
  }

  /// The next number of up to eight bytes; nil beyond the end, or beyond what Int holds.
  package mutating func unsigned(_ count: Int) -> Int? {
    guard count <= 8, let slice = slice(count) else { return nil }
    return Int(exactly: slice.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  package mutating func slice(_ count: Int) -> [UInt8]? {
    let start = position
    return skip(count) ? Array(bytes[start..<position]) : nil
  }

  /// Passes a name that ends with a zero byte, padded to a multiple of eight.
  fileprivate mutating func skipName(isPadded: Bool) -> Bool {
    guard let end = bytes[position...].firstIndex(of: 0) else { return false }
    let length = end - position + 1
    return skip(isPadded ? (length + 7) / 8 * 8 : length)
  }
}

/// A type as HDF5 stores it (HDF5 File Format Specification 3.0, section IV.A.2.d).
extension ByteCursor {
  /// Passes a type and returns its size in bytes; nil when some part of it has no size or does not
  /// lie within the whole.
  package mutating func soundType(depth: Int) -> Int? {
    guard depth < 8, let kind = unsigned(1), let bits = unsigned(3), let size = unsigned(4),
      (1...1 << 16).contains(size)
    else { return nil }
    let version = kind >> 4
    guard (1...3).contains(version) else { return nil }
    let isSound =
      switch kind & 15 {
      case 0, 4: skip(4)
      case 1: skip(12)
      case 2: skip(2)
      case 3, 7: true
      case 5: skip(bits & 0xFF)
      case 6: skipMembers(bits & 0xFFFF, version, size, depth)
      case 8: skipEnumeration(bits & 0xFFFF, version, size, depth)
      case 9: soundType(depth: depth + 1) != nil
      case 10: skipArray(version, size, depth)
      default: false
      }
    return isSound ? size : nil
  }

  private mutating func skipMembers(
    _ count: Int, _ version: Int, _ size: Int, _ depth: Int
  ) -> Bool {
    // Version 3 spends on an offset as many bytes as the size needs.
    let offsetBytes = version < 3 ? 4 : (1...4).first { size >> (8 * $0) == 0 } ?? 4
    for _ in 0..<count {
      guard skipName(isPadded: version < 3), let offset = unsigned(offsetBytes) else {
        return false
      }
      var elements = 1
      if version == 1 {
        guard let extents = versionOneExtents() else { return false }
        elements = extents
      }
      guard let member = soundType(depth: depth + 1), elements <= size / member,
        offset <= size - member * elements
      else { return false }
    }
    return count > 0
  }

  /// In version 1 a member that is an array says so itself: the number of its elements.
  private mutating func versionOneExtents() -> Int? {
    guard let rank = unsigned(1), rank <= 4, skip(11) else { return nil }
    var elements = 1
    for axis in 0..<4 {
      guard let extent = unsigned(4) else { return nil }
      guard axis < rank else { continue }
      guard (1...1 << 16).contains(extent), elements <= 1 << 16 else { return nil }
      elements *= extent
    }
    return elements
  }

  private mutating func skipEnumeration(
    _ count: Int, _ version: Int, _ size: Int, _ depth: Int
  ) -> Bool {
    guard soundType(depth: depth + 1) == size else { return false }
    for _ in 0..<count {
      guard skipName(isPadded: version < 3) else { return false }
    }
    return skip(count * size)
  }

  private mutating func skipArray(_ version: Int, _ size: Int, _ depth: Int) -> Bool {
    guard version >= 2, let rank = unsigned(1), (1...4).contains(rank),
      skip(version == 2 ? 3 : 0)
    else { return false }
    var elements = 1
    for _ in 0..<rank {
      guard let extent = unsigned(4), (1...1 << 16).contains(extent), elements <= 1 << 16 else {
        return false
      }
      elements *= extent
    }
    guard skip(version == 2 ? 4 * rank : 0), let element = soundType(depth: depth + 1) else {
      return false
    }
    return element * elements == size
  }
}
