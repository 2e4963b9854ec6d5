/// The tree that finds the chunks of a dataset, in files of the old form.
///
/// HDF5 believes what it says of a chunk's size: where chunks are not packed it copies as many bytes
/// as rows have, and where they end with a checksum it takes that away, from however few there are.
struct ChunkTree {
  private let blocks: BlockReader
  private let rank: Int
  private let bytes: Int
  private let filters: [Int]

  /// - Parameter chunk: Extents of a chunk, the size of an element last.
  init(_ blocks: BlockReader, chunk: [Int], filters: [Int]) {
    self.blocks = blocks
    rank = chunk.count
    bytes = chunk.reduce(1, *)
    self.filters = filters
  }

  /// Whether every node and chunk below an address is what it should be.
  func isSound(at address: Int) -> Bool {
    var walk = TreeWalk(blocks, kind: 1, keySize: 8 + 8 * rank)
    return walk.visit(address) { _ in
      true
    } leaf: { key, address in
      isSoundChunk(key, address)
    }
  }

  private func isSoundChunk(_ key: [UInt8], _ address: Int) -> Bool {
    var cursor = ByteCursor(key)
    guard let size = cursor.unsigned(4), let skipped = cursor.unsigned(4),
      blocks.contains(address, size)
    else { return false }
    // Each bit stands for a filter that did not shrink the chunk and was left out.
    let applied = filters.indices.filter { $0 >= 32 || skipped >> $0 & 1 == 0 }.map { filters[$0] }
    let checksum = applied.contains(3) ? 4 : 0
    let keepsSize = applied.allSatisfy { $0 == 2 || $0 == 3 }
    return keepsSize ? size == bytes + checksum : size > checksum
  }
}
