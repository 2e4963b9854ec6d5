/// Where and how a dataset's rows lie, as its header says.
enum StoredLayout {
  /// In the header itself, so many bytes.
  case compact(size: Int)
  case contiguous
  /// Extents of a chunk, the size of an element last, and the address of the tree that finds chunks,
  /// where it is one that has no checksums.
  case chunked([Int], tree: Int?)

  init?(_ body: inout ByteCursor, _ blocks: BlockReader) {
    guard let version = body.unsigned(1), [3, 4].contains(version), let kind = body.unsigned(1)
    else { return nil }
    switch kind {
    case 0:
      guard let size = body.unsigned(2), size <= body.remaining else { return nil }
      self = .compact(size: size)
    case 1: self = .contiguous
    case 2:
      guard version == 4 || body.remaining > 0 else { return nil }
      let chunk = version == 3 ? body.oldChunk(blocks) : body.newChunk()
      guard let chunk else { return nil }
      self = chunk
    default: return nil
    }
  }
}

extension ByteCursor {
  fileprivate mutating func oldChunk(_ blocks: BlockReader) -> StoredLayout? {
    guard let rank = unsigned(1), let tree = slice(blocks.offsetSize),
      let extents = chunkExtents(rank, bytes: 4)
    else { return nil }
    // All ones: there is no chunk yet.
    if tree.allSatisfy({ $0 == 0xFF }) { return .chunked(extents, tree: nil) }
    var address = ByteCursor(tree)
    guard let address = address.unsigned(blocks.offsetSize) else { return nil }
    return .chunked(extents, tree: address)
  }

  fileprivate mutating func newChunk() -> StoredLayout? {
    guard skip(1), let rank = unsigned(1), let bytes = unsigned(1), (1...8).contains(bytes),
      let extents = chunkExtents(rank, bytes: bytes)
    else { return nil }
    return .chunked(extents, tree: nil)
  }

  private mutating func chunkExtents(_ rank: Int, bytes: Int) -> [Int]? {
    guard (2...33).contains(rank) else { return nil }
    var extents: [Int] = []
    for _ in 0..<rank {
      guard let extent = unsigned(bytes), extent > 0 else { return nil }
      extents.append(extent)
    }
    return extents.product(most: Int(UInt32.max)) == nil ? nil : extents
  }

  /// The extents of a dataspace.
  mutating func dataspace(lengthSize: Int) -> [Int]? {
    guard let version = unsigned(1), [1, 2].contains(version), let rank = unsigned(1), rank <= 32,
      let flags = unsigned(1), skip(version == 1 ? 5 : 1)
    else { return nil }
    var extents: [Int] = []
    for _ in 0..<rank {
      guard let extent = unsigned(lengthSize) else { return nil }
      extents.append(extent)
    }
    guard flags & 1 == 0 || remaining >= rank * lengthSize else { return nil }
    return extents
  }

  /// The numbers of filters.
  mutating func filters() -> [Int]? {
    guard let version = unsigned(1), [1, 2].contains(version), let count = unsigned(1),
      count <= 32, skip(version == 1 ? 6 : 0)
    else { return nil }
    var filters: [Int] = []
    for _ in 0..<count {
      guard let number = unsigned(2) else { return nil }
      // Only registered filters go without a name.
      let hasName = version == 1 || number >= 256
      guard let name = hasName ? unsigned(2) : 0, skip(2), let settings = unsigned(2) else {
        return nil
      }
      let padding = version == 1 ? (settings & 1) * 4 + (8 - name % 8) % 8 : 0
      guard skip(name + 4 * settings + padding) else { return nil }
      filters.append(number)
    }
    return filters
  }

  /// Whether a link of a new group is what HDF5 takes for one.
  mutating func isSoundLink(offsetSize: Int) -> Bool {
    guard unsigned(1) == 1, let flags = unsigned(1), flags < 0x20 else { return false }
    var kind = 0
    if flags & 8 != 0 {
      guard let stored = unsigned(1) else { return false }
      kind = stored
    }
    if flags & 4 != 0, !skip(8) { return false }
    if flags & 0x10 != 0 {
      guard let encoding = unsigned(1), encoding <= 1 else { return false }
    }
    guard let length = unsigned(1 << (flags & 3)), length > 0, let name = slice(length),
      !name.contains(0)
    else { return false }
    switch kind {
    case 0: return remaining >= offsetSize
    case 1, 64...255:
      guard let size = unsigned(2), size > 0 || kind != 1 else { return false }
      return size <= remaining
    default: return false
    }
  }

  /// Whether an attribute lies within its message.
  mutating func isSoundAttribute(lengthSize: Int) -> Bool {
    guard let version = unsigned(1), (1...3).contains(version), let flags = unsigned(1),
      version == 1 || flags == 0, let nameSize = unsigned(2), let typeSize = unsigned(2),
      let spaceSize = unsigned(2), skip(version == 3 ? 1 : 0)
    else { return false }
    func padded(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
    guard nameSize > 0, let name = slice(padded(nameSize)), name.contains(0),
      let type = slice(padded(typeSize)), let space = slice(padded(spaceSize))
    else { return false }
    var (typeCursor, spaceCursor) = (ByteCursor(type), ByteCursor(space))
    guard let element = typeCursor.soundType(depth: 0),
      let extents = spaceCursor.dataspace(lengthSize: lengthSize)
    else { return false }
    return extents.product(times: element, most: remaining) != nil
  }
}

extension [Int] {
  /// The product of extents; nil where it goes beyond a limit on the way, or beyond what Int holds.
  ///
  /// - Parameter factor: What they multiply, such as the size of an element.
  func product(times factor: Int = 1, most: Int = .max) -> Int? {
    var product = factor
    for extent in self {
      let (next, overflows) = product.multipliedReportingOverflow(by: extent)
      guard !overflows, next <= most else { return nil }
      product = next
    }
    return product <= most ? product : nil
  }
}
