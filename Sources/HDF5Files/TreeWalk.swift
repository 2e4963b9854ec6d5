/// Goes through a tree of the first version, node by node, each once.
///
/// HDF5 follows children without asking whether they lie a level below, so a child that is its own
/// ancestor has it fill the stack; and it follows neighbours without asking whether they end.
///
/// Source: HDF5 File Format Specification 3.0, section III.A.1.
struct TreeWalk {
  private let blocks: BlockReader
  private let kind: UInt8
  private let keySize: Int
  private var visited: Set<Int> = []
  /// The neighbour to the right that the last node of each level has, which must come next.
  private var rightNeighbours: [Int: [UInt8]] = [:]

  init(_ blocks: BlockReader, kind: UInt8, keySize: Int) {
    self.blocks = blocks
    self.kind = kind
    self.keySize = keySize
  }

  /// Visits all nodes below an address.
  ///
  /// - Parameters:
  ///   - key: Says whether a key is sound.
  ///   - leaf: Says whether what a key of the lowest level points to is sound.
  /// - Returns: False as soon as something is not sound.
  mutating func visit(
    _ address: Int, key isSoundKey: ([UInt8]) -> Bool, leaf isSoundLeaf: ([UInt8], Int) -> Bool
  ) -> Bool {
    guard visit(address, level: nil, isSoundKey, isSoundLeaf) else { return false }
    return rightNeighbours.values.allSatisfy { $0.allSatisfy { $0 == 0xFF } }
  }

  private mutating func visit(
    _ address: Int, level: Int?, _ isSoundKey: ([UInt8]) -> Bool,
    _ isSoundLeaf: ([UInt8], Int) -> Bool
  ) -> Bool {
    let offset = blocks.offsetSize
    guard visited.insert(address).inserted, let head = blocks.bytes(address, 8 + 2 * offset),
      head.starts(with: Array("TREE".utf8)), head[4] == kind, level == nil || Int(head[5]) == level
    else { return false }
    let nodeLevel = Int(head[5])
    guard nodeLevel <= Self.mostLevels, isNeighbour(address, head, level: nodeLevel) else {
      return false
    }
    let count = Int(head[6]) | Int(head[7]) << 8
    let size = count * (keySize + offset) + keySize
    guard let body = blocks.bytes(address + head.count, size) else { return false }
    var cursor = ByteCursor(body)
    for _ in 0..<count {
      guard let key = cursor.slice(keySize), isSoundKey(key), let child = cursor.unsigned(offset)
      else { return false }
      guard
        nodeLevel == 0
          ? isSoundLeaf(key, child)
          : visit(child, level: nodeLevel - 1, isSoundKey, isSoundLeaf)
      else { return false }
    }
    return cursor.slice(keySize).map(isSoundKey) ?? false
  }

  /// Thousands of millions of rows need half as many.
  private static let mostLevels = 16

  /// Whether a node is the neighbour that the last one of its level has, which is its own to the left.
  private mutating func isNeighbour(_ address: Int, _ head: [UInt8], level: Int) -> Bool {
    let offset = blocks.offsetSize
    if let expected = rightNeighbours[level] {
      var cursor = ByteCursor(expected)
      guard cursor.unsigned(offset) == address else { return false }
    }
    rightNeighbours[level] = Array(head[8 + offset..<8 + 2 * offset])
    return true
  }
}
