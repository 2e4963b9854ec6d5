import Tensors
import Testing

/// Proves that step-lived memory is aligned, reused, and never taken from a living tensor.
@Suite("Arena")
struct ArenaTests {
  @Test("every tensor and scratch buffer begins at a cache line", arguments: [1, 3, 17, 100, 4097])
  func alignment(channels: Int) {
    let arena = Arena(chunkBytes: 1 << 12)
    for rows in [0, 1, 2, 33] {
      let tensor = arena.tensor(rows: rows, channels: channels)
      #expect(UInt(bitPattern: tensor.values) % 64 == 0)
      #expect(UInt(bitPattern: arena.scratch(Int32.self, count: rows)) % 64 == 0)
      #expect(UInt(bitPattern: arena.scratch(Double.self, count: channels)) % 64 == 0)
    }
  }

  @Test("tensors of one step do not overlap")
  func disjoint() {
    let arena = Arena(chunkBytes: 1 << 10)
    let tensors = (0..<200).map { arena.tensor(rows: $0 % 7, channels: 1 + $0 % 13) }
    for (number, tensor) in tensors.enumerated() { tensor.fill(Float(number)) }
    for (number, tensor) in tensors.enumerated() {
      #expect(tensor.array.allSatisfy { $0 == Float(number) })
    }
    #expect(arena.zeros(rows: 9, channels: 5).array == [Float](repeating: 0, count: 45))
  }

  @Test("equal steps ask the system for memory once")
  func reuse() {
    let arena = Arena(chunkBytes: 1 << 12)
    func step() {
      for rows in 1..<60 { arena.tensor(rows: rows, channels: 20).fill(1) }
      arena.tensor(rows: 5000, channels: 3).fill(2)
      arena.reset()
    }
    step()
    let warm = (arena.systemAllocations, arena.highWaterBytes)
    for _ in 0..<20 { step() }
    #expect(warm == (arena.systemAllocations, arena.highWaterBytes))
  }

  @Test("memory given back is used for the next tensor of its size, unless a handle is left")
  func recycling() {
    let arena = Arena(chunkBytes: 1 << 12)
    var tensor: Tensor? = arena.tensor(rows: 10, channels: 20)
    let address = tensor?.values
    arena.recycle(&tensor)
    let isGone = tensor == nil
    #expect(isGone)
    let used = arena.usedBytes
    #expect(arena.tensor(rows: 10, channels: 10).values != address)
    tensor = arena.tensor(rows: 20, channels: 10)
    #expect(tensor?.values == address)
    let other = tensor?.reshaped(rows: 200, channels: 1)
    arena.recycle(&tensor)
    #expect(tensor?.values == address)
    let third = arena.tensor(rows: 20, channels: 10)
    #expect(third.values != address)
    #expect(arena.usedBytes > used)
    third.fill(1)
    other?.fill(2)
    #expect(third.array.allSatisfy { $0 == 1 })
    arena.reset()
    // Of another arena, of no arena, or of a step that is over.
    for stranger in [Arena().tensor(rows: 10, channels: 20), Tensor(rows: 10, channels: 20), third]
    {
      tensor = stranger
      arena.recycle(&tensor)
    }
    #expect(arena.tensor(rows: 10, channels: 20).values != third.values)
  }

  @Test("a tensor that outlives a reset keeps its values, and its memory goes back with it")
  func outliving() {
    let arena = Arena(chunkBytes: 1 << 10)
    var kept: [Tensor] = []
    for step in 0..<10 {
      kept.append(arena.tensor(rows: 10, channels: 10))
      kept[step].fill(Float(step))
      arena.reset()
      for _ in 0..<20 { arena.tensor(rows: 16, channels: 16).fill(-1) }
    }
    for (step, tensor) in kept.enumerated() {
      #expect(tensor.array.allSatisfy { $0 == Float(step) })
      #expect(tensor.reshaped(rows: 100, channels: 1)[99, 0] == Float(step))
    }
    kept.removeAll()
    arena.reset()
    let before = arena.systemAllocations
    for _ in 0..<20 { arena.tensor(rows: 16, channels: 16).fill(-1) }
    arena.reset()
    #expect(arena.systemAllocations == before)
  }

  @Test("scratch memory of an operator is taken back when it ends, also across chunks")
  func reclaiming() {
    let arena = Arena(chunkBytes: 1 << 12)
    let kept = arena.tensor(rows: 10, channels: 10)
    kept.fill(1)
    let used = arena.usedBytes
    for _ in 0..<5 {
      arena.reclaimingScratch {
        for _ in 0..<4 { arena.scratch(Float.self, count: 900).update(repeating: 2, count: 900) }
      }
      #expect(arena.usedBytes == used)
    }
    // The first chunk and three more, asked for once.
    #expect(arena.systemAllocations == 4)
    let after = arena.tensor(rows: 10, channels: 10)
    after.fill(3)
    #expect(kept.array.allSatisfy { $0 == 1 })
    #expect(arena.highWaterBytes >= used + 4 * 900 * 4)
  }

  @Test("the high-water mark is the largest step's and never falls")
  func highWater() {
    let arena = Arena(chunkBytes: 1 << 20)
    for _ in 0..<3 { _ = arena.tensor(rows: 16, channels: 16) }
    #expect(arena.highWaterBytes == 3 * 1024)
    arena.reset()
    _ = arena.tensor(rows: 16, channels: 16)
    #expect(arena.highWaterBytes == 3 * 1024)
    for _ in 0..<3 { _ = arena.tensor(rows: 16, channels: 16) }
    #expect(arena.highWaterBytes == 4 * 1024)
  }

  @Test("holds little more than the largest step, however large its tensors and varying its steps")
  func boundedGrowth() {
    let arena = Arena(chunkBytes: 1 << 12)
    for step in 0..<200 {
      arena.reset()
      // Each tensor is larger than a chunk, and every step a little different.
      for index in 0..<10 {
        _ = arena.tensor(rows: 2000 + (step * 37 + index * 11) % 200, channels: 1)
      }
    }
    arena.reset()
    #expect(arena.heldBytes <= arena.highWaterBytes * 5 / 4)
    let warm = arena.systemAllocations
    arena.reset()
    _ = arena.tensor(rows: 2000, channels: 1)
    #expect(arena.systemAllocations == warm)
  }
}
