/// Blocks of a file by their addresses.
struct BlockReader {
  let file: RawFile
  let superblock: Superblock

  var offsetSize: Int { superblock.offsetSize }
  var lengthSize: Int { superblock.lengthSize }

  /// The bytes from an address on; nil when the file does not have them all.
  func bytes(_ address: Int, _ count: Int) -> [UInt8]? {
    let (position, overflows) = superblock.base.addingReportingOverflow(address)
    return overflows || address < 0 ? nil : file.bytes(at: position, count: count)
  }

  /// Whether the file has bytes.
  func contains(_ address: Int, _ count: Int) -> Bool {
    let (position, overflows) = superblock.base.addingReportingOverflow(address)
    return !overflows && address >= 0 && count >= 0 && position <= file.size
      && count <= file.size - position
  }
}

/// Messages of an object header that lie together.
struct MessageBlock {
  struct Message {
    let kind: Int
    let isShared: Bool
    let data: [UInt8]
  }

  /// Goes from message to message.
  struct Messages {
    fileprivate var cursor: ByteCursor
    fileprivate let isNew: Bool
    fileprivate let hasOrder: Bool
    /// False after something that is no message.
    private(set) var isSound = true

    fileprivate init(_ bytes: [UInt8], isNew: Bool, hasOrder: Bool) {
      cursor = ByteCursor(bytes)
      self.isNew = isNew
      self.hasOrder = hasOrder
    }

    mutating func next() -> Message? {
      // What is left at the end is less than a message's head.
      guard cursor.remaining >= (isNew ? hasOrder ? 6 : 4 : 8) else { return nil }
      guard let kind = cursor.unsigned(isNew ? 1 : 2), let size = cursor.unsigned(2),
        let flags = cursor.unsigned(1), cursor.skip(isNew ? hasOrder ? 2 : 0 : 3),
        let data = cursor.slice(size)
      else {
        isSound = false
        return nil
      }
      return Message(kind: kind, isShared: flags & 2 != 0, data: data)
    }
  }

  private let address: Int
  private let size: Int
  /// Version 2, which has names and checksums.
  private let isNew: Bool
  private let hasOrder: Bool
  private let isContinuation: Bool

  /// The first block of the header at an address.
  init?(headerAt address: Int, _ blocks: BlockReader) {
    guard let start = blocks.bytes(address, 6) else { return nil }
    isContinuation = false
    if start.starts(with: Array("OHDR".utf8)) {
      // Flags: bytes of the size, order of creation, attributes' phases, times.
      let flags = Int(start[5])
      let sizeBytes = 1 << (flags & 3)
      let skipped = 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
      guard start[4] == 2, let head = blocks.bytes(address, skipped + sizeBytes) else { return nil }
      var cursor = ByteCursor(head, position: skipped)
      guard let size = cursor.unsigned(sizeBytes) else { return nil }
      (isNew, hasOrder, self.size) = (true, flags & 4 != 0, size)
      self.address = address + skipped + sizeBytes
    } else {
      guard start[0] == 1, let head = blocks.bytes(address, 16) else { return nil }
      var cursor = ByteCursor(head, position: 8)
      guard let size = cursor.unsigned(4) else { return nil }
      (isNew, hasOrder, self.size) = (false, false, size)
      self.address = address + 16
    }
  }

  private init(of header: MessageBlock, at address: Int, size: Int) {
    (isNew, hasOrder) = (header.isNew, header.hasOrder)
    (self.address, self.size, isContinuation) = (address, size, true)
  }

  /// A further block of the same header.
  func continuation(at address: Int, size: Int) -> MessageBlock {
    MessageBlock(of: self, at: address, size: size)
  }

  /// The messages; nil where the file does not have them.
  func messages(_ blocks: BlockReader) -> Messages? {
    guard var bytes = blocks.bytes(address, size) else { return nil }
    if isNew, isContinuation {
      guard size >= 8, bytes.starts(with: Array("OCHK".utf8)) else { return nil }
      bytes = Array(bytes[4..<size - 4])
    }
    return Messages(bytes, isNew: isNew, hasOrder: hasOrder)
  }
}
