import CHDF5

/// What HDF5's specification calls an object header, read before HDF5 itself reads it.
///
/// HDF5 1.10 divides by zero on a damaged header whose chunks have another rank than the rows, or
/// whose types have no size, reads beyond its buffers where the size of an element in the layout
/// differs from the type's, frees what it never had where a link is damaged, and runs in circles
/// where blocks lead back to themselves.  Its own interface shows none of this before the harm is
/// done.
///
/// Source: HDF5 File Format Specification 3.0, sections IV.A.1 and IV.A.2.
package struct ObjectHeader {
  private static let mostBlocks = 256

  private let blocks: BlockReader
  private var extents: [Int]?
  private var elementSize: Int?
  private var layout: StoredLayout?
  private var filters: [Int] = []

  /// A reader of the headers of a file.
  package init(file: RawFile, superblock: Superblock) {
    blocks = BlockReader(file: file, superblock: superblock)
  }

  /// True when HDF5 can be trusted with the object whose header is at an address.
  ///
  /// - Parameter hasAttributes: Whether HDF5 will be asked for its attributes.
  package func isSound(at address: Int, hasAttributes: Bool = false) -> Bool {
    var copy = self
    return copy.scan(at: address, hasAttributes) && copy.agrees
  }

  private mutating func scan(at address: Int, _ hasAttributes: Bool) -> Bool {
    guard let start = MessageBlock(headerAt: address, blocks) else { return false }
    var pending = [start]
    var next = 0
    while next < pending.count {
      guard pending.count <= Self.mostBlocks, var messages = pending[next].messages(blocks) else {
        return false
      }
      while let message = messages.next() {
        guard scan(message, hasAttributes, start, &pending) else { return false }
      }
      guard messages.isSound else { return false }
      next += 1
    }
    return true
  }

  private mutating func scan(
    _ message: MessageBlock.Message, _ hasAttributes: Bool, _ start: MessageBlock,
    _ pending: inout [MessageBlock]
  ) -> Bool {
    // A shared message is elsewhere, where larcv3 never puts any.
    guard !message.isShared || ![1, 3, 6, 8, 11].contains(message.kind) else { return false }
    var body = ByteCursor(message.data)
    switch message.kind {
    case 1:
      extents = body.dataspace(lengthSize: blocks.lengthSize)
      return extents != nil
    case 3:
      elementSize = body.soundType(depth: 0)
      return elementSize != nil
    case 6: return body.isSoundLink(offsetSize: blocks.offsetSize)
    // Rows in other files, which a file from elsewhere must not make us open.
    case 7: return false
    case 8:
      layout = StoredLayout(&body, blocks)
      return layout != nil
    case 11:
      guard let found = body.filters() else { return false }
      filters = found
      return true
    case 12: return !hasAttributes || body.isSoundAttribute(lengthSize: blocks.lengthSize)
    case 16:
      guard let address = body.unsigned(blocks.offsetSize),
        let size = body.unsigned(blocks.lengthSize)
      else { return false }
      pending.append(start.continuation(at: address, size: size))
      return true
    case 17:
      guard let tree = body.unsigned(blocks.offsetSize),
        let heap = body.unsigned(blocks.offsetSize)
      else { return false }
      return GroupTree(blocks, heap: heap)?.isSound(at: tree) ?? false
    default: return true
    }
  }

  /// Chunks have the rank of the rows, and one more extent: the size of an element.
  private var agrees: Bool {
    guard let layout else { return true }
    guard let extents, let elementSize else { return false }
    switch layout {
    case .compact(let size):
      guard let bytes = extents.product(times: elementSize) else { return false }
      return size >= bytes
    case .contiguous: return true
    case .chunked(let chunk, let tree):
      guard chunk.count == extents.count + 1, chunk.last == elementSize else { return false }
      guard let tree else { return true }
      return ChunkTree(blocks, chunk: chunk, filters: filters).isSound(at: tree)
    }
  }
}

extension HDF5Handle {
  /// Where in the file the header of a group's object is; nil when HDF5 cannot say.
  package func headerAddress(_ name: String) -> Int? {
    let address = submanifold_h5_link_address(identifier, name)
    return address == hsize_t.max ? nil : Int(exactly: address)
  }
}
