/// The beginning of an HDF5 file: how addresses are stored in it, and where its root is.
///
/// HDF5 reads the root group as it opens a file, so whoever wants to look at it before must find it
/// without HDF5.
///
/// Source: HDF5 File Format Specification 3.0, section II.A.
package struct Superblock {
  /// Where addresses count from.
  let base: Int
  /// Bytes of an address.
  let offsetSize: Int
  /// Bytes of a length.
  let lengthSize: Int
  /// The address of the root group's header.
  let rootHeader: Int
  /// Where the file ends, counted from its first byte.
  let endOfFile: Int
  /// How many names a leaf of an old group holds at most.
  let leafCapacity: Int

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The longest superblock, that of version 1 with addresses of eight bytes.
  private static let longest = 104

  /// Looks for it where HDF5 does: at the beginning, and at 512 bytes and all doubles of that.
  package init?(file: RawFile) {
    var position = 0
    while let start = file.bytes(at: position, count: 8) {
      if start == Superblock.signature {
        let count = min(Superblock.longest, file.size - position)
        guard let bytes = file.bytes(at: position, count: count) else { return nil }
        self.init(ByteCursor(bytes, position: 8))
        return
      }
      position = position == 0 ? 512 : 2 * position
    }
    return nil
  }

  private init?(_ start: ByteCursor) {
    var cursor = start
    guard let version = cursor.unsigned(1), version <= 3 else { return nil }
    let isOld = version < 2
    guard cursor.skip(isOld ? 4 : 0), let offsetSize = cursor.unsigned(1),
      let lengthSize = cursor.unsigned(1), cursor.skip(1),
      [2, 4, 8].contains(offsetSize), [2, 4, 8].contains(lengthSize)
    else { return nil }
    self.offsetSize = offsetSize
    self.lengthSize = lengthSize
    var leaf = 4
    if isOld {
      guard let stored = cursor.unsigned(2), stored > 0, cursor.skip(version == 0 ? 6 : 10) else {
        return nil
      }
      leaf = stored
    }
    leafCapacity = 2 * leaf
    // Between base and end is the free space, or the extension.
    guard let base = cursor.unsigned(offsetSize), cursor.skip(offsetSize),
      let end = cursor.unsigned(offsetSize),
      // After the end of old files come the driver's address and the name of the root, which has none.
      cursor.skip(isOld ? 2 * offsetSize : 0), let root = cursor.unsigned(offsetSize)
    else { return nil }
    self.base = base
    endOfFile = end
    rootHeader = root
  }
}
