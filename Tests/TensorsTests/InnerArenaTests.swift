import Tensors
import Testing

/// Proves that memory for a part of a step is reused, and counted where the step is.
@Suite("Inner arenas")
struct InnerArenaTests {
  @Test("what is in use at once is counted together, at every depth")
  func highWater() {
    let arena = Arena(chunkBytes: 1 << 16)
    _ = arena.tensor(rows: 16, channels: 16)
    for _ in 0..<3 {
      _ = arena.inner.tensor(rows: 32, channels: 16)
      _ = arena.inner.inner.tensor(rows: 16, channels: 16)
      #expect(arena.usedBytes == 4 * 1024)
      arena.inner.inner.reset()
      arena.inner.reset()
    }
    #expect(arena.usedBytes == 1024)
    #expect(arena.highWaterBytes == 4 * 1024)
    #expect(arena.inner.highWaterBytes == 3 * 1024)
    #expect(arena.inner === arena.inner)
    // The outer one grows while the inner one is in use.
    _ = arena.inner.tensor(rows: 32, channels: 16)
    _ = arena.tensor(rows: 48, channels: 16)
    #expect(arena.highWaterBytes == 6 * 1024)
    #expect(arena.heldBytes == arena.inner.heldBytes + 1 << 16)
  }

  @Test("resetting a step resets its parts")
  func reset() {
    let arena = Arena(chunkBytes: 1 << 12)
    _ = arena.inner.inner.tensor(rows: 16, channels: 16)
    arena.reset()
    #expect(arena.usedBytes == 0)
  }

  @Test("an inner arena that outlives its step goes on")
  func outliving() {
    let inner = Arena().inner
    inner.tensor(rows: 3, channels: 5).fill(1)
    #expect(inner.usedBytes > 0)
  }
}
