import Tensors
import Testing

/// Proves what tensors promise: shape, shared values, and copies where copies are made.
@Suite("Tensor")
struct TensorTests {
  @Test("rows follow one another, channel by channel")
  func layout() {
    let tensor = Tensor(rows: 2, channels: 3, [1, 2, 3, 4, 5, 6])
    #expect(tensor[1, 0] == 4)
    #expect(tensor.values[5] == 6)
    #expect(tensor.count == 6)
    #expect(tensor.array == [1, 2, 3, 4, 5, 6])
    #expect(UInt(bitPattern: tensor.values) % 64 == 0)
  }

  @Test("a handle shares its values, a copy does not")
  func sharing() {
    let tensor = Tensor(rows: 2, channels: 2)
    let other = tensor
    let copy = Tensor(rows: 2, channels: 2, tensor.array)
    other[0, 1] = 7
    #expect(tensor.array == [0, 7, 0, 0])
    #expect(copy.array == [0, 0, 0, 0])
    copy.copy(from: tensor)
    tensor.fill(1)
    #expect(copy.array == [0, 7, 0, 0])
  }

  @Test("a copy of its own has the shape and values, and follows no change", arguments: [0, 1, 3])
  func copying(rows: Int) {
    let tensor = Tensor(rows: rows, channels: 2, (0..<rows * 2).map { Float($0) })
    let copy = tensor.copied()
    tensor.fill(-1)
    #expect(copy.rows == rows)
    #expect(copy.channels == 2)
    #expect(copy.array == (0..<rows * 2).map { Float($0) })
  }

  @Test("a copy lets an arena use its memory again, the tensor itself does not")
  func copyingOutOfArena() {
    let arena = Arena()
    let copy = arena.zeros(rows: 3, channels: 3).copied()
    arena.reset()
    #expect(arena.systemAllocations == 1)
    let kept = arena.zeros(rows: 3, channels: 3)
    arena.reset()
    #expect(arena.systemAllocations == 2)
    #expect(copy.array == kept.array)
  }

  @Test("another shape sees the same values and keeps them alive")
  func reshaping() {
    let reshaped = Tensor(rows: 2, channels: 3, [1, 2, 3, 4, 5, 6]).reshaped(rows: 3, channels: 2)
    #expect(reshaped[2, 0] == 5)
  }

  @Test("no rows or no channels is a tensor like any other", arguments: [(0, 3), (3, 0), (0, 0)])
  func empty(rows: Int, channels: Int) {
    let tensor = Tensor(rows: rows, channels: channels)
    tensor.fill(1)
    tensor.copy(from: Tensor(rows: rows, channels: channels, []))
    #expect(tensor.array.isEmpty)
  }
}
