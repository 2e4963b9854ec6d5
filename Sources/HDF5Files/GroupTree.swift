/// The names of a group of the old form: a heap of names, and a tree of nodes whose leaves point into it.
///
/// HDF5 follows free blocks of the heap until there are none, children of nodes whatever they are,
/// and names wherever they point.
///
/// Source: HDF5 File Format Specification 3.0, sections III.A.1, III.C and III.D.
struct GroupTree {
  private let blocks: BlockReader
  private let names: [UInt8]

  /// Reads the heap; nil when it is damaged.
  init?(_ blocks: BlockReader, heap: Int) {
    self.blocks = blocks
    let (offset, length) = (blocks.offsetSize, blocks.lengthSize)
    guard let head = blocks.bytes(heap, 8 + 2 * length + offset),
      head.starts(with: Array("HEAP".utf8)), head[4] == 0
    else { return nil }
    var cursor = ByteCursor(head, position: 8)
    guard let size = cursor.unsigned(length) else { return nil }
    let free = cursor.unsigned(length)
    guard let address = cursor.unsigned(offset), let names = blocks.bytes(address, size) else {
      return nil
    }
    self.names = names
    guard isSoundFreeList(from: free) else { return nil }
  }

  /// Each free block says where the next is; the last says one, and none is there twice.
  private func isSoundFreeList(from first: Int?) -> Bool {
    let length = blocks.lengthSize
    var next = first
    var left = names.count / (2 * length)
    // An empty list begins with all ones, which is no number here.
    while let position = next, position != 1 {
      guard left > 0, position <= names.count - 2 * length else { return false }
      left -= 1
      var cursor = ByteCursor(names, position: position)
      next = cursor.unsigned(length)
      guard let size = cursor.unsigned(length), size >= 2 * length,
        size <= names.count - position, next != 0
      else { return false }
    }
    return true
  }

  /// Whether every node below an address is what it should be.
  func isSound(at address: Int) -> Bool {
    var walk = TreeWalk(blocks, kind: 0, keySize: blocks.lengthSize)
    return walk.visit(address) { key in
      var cursor = ByteCursor(key)
      guard let offset = cursor.unsigned(blocks.lengthSize) else { return false }
      return isName(offset)
    } leaf: { _, leaf in
      isSoundLeaf(leaf)
    }
  }

  private func isName(_ offset: Int) -> Bool {
    offset < names.count && names[offset...].contains(0)
  }

  private func isSoundLeaf(_ address: Int) -> Bool {
    let offset = blocks.offsetSize
    let entrySize = 2 * offset + 24
    guard let head = blocks.bytes(address, 8), head.starts(with: Array("SNOD".utf8)),
      head[4] == 1
    else { return false }
    var cursor = ByteCursor(head, position: 6)
    guard let count = cursor.unsigned(2), count <= blocks.superblock.leafCapacity,
      let entries = blocks.bytes(address + 8, count * entrySize)
    else { return false }
    return (0..<count).allSatisfy { index in
      var entry = ByteCursor(entries, position: index * entrySize)
      guard let name = entry.unsigned(offset), isName(name), entry.skip(offset),
        let kind = entry.unsigned(4), kind <= 2, entry.skip(4)
      else { return false }
      // A symbolic link says where its target's name is.
      guard kind == 2 else { return true }
      return entry.unsigned(4).map(isName) ?? false
    }
  }
}
