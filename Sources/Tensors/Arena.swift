/// Step-lived memory: everything a training step allocates is taken by moving one offset forward,
/// and `reset()` takes all of it back at once.
///
/// Site counts change with every event, so per-tensor allocation would fragment the heap and fault
/// its pages in again each step. An arena grows to the largest step it has seen and stays there.
///
/// A tensor keeps its memory alive, and with it all of the piece of memory it was taken from: most
/// often the whole step. A tensor that outlives the step is therefore safe but dear: `reset()` gives
/// that piece up to its last tensor and takes a new one from the system. What is kept is better kept
/// as `tensor.copied()`. Scratch memory has no such owner and ends with the step.
///
/// An arena belongs to one thread. Allocation costs a few instructions.
public final class Arena {
  private var chunks: [Chunk] = []
  private var current = 0
  private var offset = 0
  private let chunkFloats: Int

  /// The most bytes that were in use at once since the arena was made, the inner arena's included.
  public private(set) var highWaterBytes = 0

  /// How often memory had to be asked from the system: constant once steps have warmed up.
  public private(set) var systemAllocations = 0

  private var bytesInFullChunks = 0
  private var ownHighWaterBytes = 0
  private var innerArena: Arena?
  private weak var outer: Arena?

  /// Memory taken back during the step, by its size.
  private var returned: [Int: [Lease]] = [:]

  /// Objects of steps before, so that a step need not ask for new ones.
  private var spare: [Lease] = []

  /// The least an arena asks the system for: small networks never need a second chunk.
  public static let standardChunkBytes = 32 << 20

  /// Makes an empty arena that grows by chunks of at least `chunkBytes`.
  public init(chunkBytes: Int = standardChunkBytes) {
    chunkFloats = max(chunkBytes / MemoryLayout<Float>.stride, Chunk.alignment)
  }

  /// Memory for a part of the step that ends before the step does.
  ///
  /// There is one for each arena, made when first asked for. Who uses it resets it afterwards, so
  /// that parts which follow each other share its memory; an inner arena has an inner one in turn.
  /// What it hands out counts into the high-water mark of the outer one.
  public var inner: Arena {
    if let innerArena { return innerArena }
    let inner = Arena(chunkBytes: chunkFloats * MemoryLayout<Float>.stride)
    inner.outer = self
    innerArena = inner
    return inner
  }

  /// Uninitialised memory for a tensor of `rows` × `channels`, aligned to a cache line.
  public func tensor(rows: Int, channels: Int) -> Tensor {
    let lease = lease(rows * channels)
    guard let base = lease.base else { preconditionFailure("a lease that has begun has memory") }
    return Tensor(rows: rows, channels: channels, values: base, owner: lease)
  }

  /// A tensor of zeros.
  public func zeros(rows: Int, channels: Int) -> Tensor {
    let tensor = tensor(rows: rows, channels: channels)
    tensor.values.update(repeating: 0, count: tensor.count)
    return tensor
  }

  /// Uninitialised memory for `count` values of a plain type, valid until the next `reset()`.
  public func scratch<Value: BitwiseCopyable>(
    _ type: Value.Type, count: Int
  ) -> UnsafeMutablePointer<Value> {
    let bytes = count * MemoryLayout<Value>.stride
    let (base, _) = allocate((bytes + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
    return UnsafeMutableRawPointer(base).bindMemory(to: type, capacity: max(count, 1))
  }

  /// Runs `body` and takes back the scratch memory it asked for.
  ///
  /// What an operator needs only while it runs would otherwise add up over the step, a copy of all
  /// weights in the backward pass alone. `body` must ask for no tensor: its memory would be handed out
  /// again while it is in use.
  public func reclaimingScratch<Result>(_ body: () -> Result) -> Result {
    let (chunk, start, full) = (current, offset, bytesInFullChunks)
    defer { (current, offset, bytesInFullChunks) = (chunk, start, full) }
    return body()
  }

  /// Takes a tensor and its memory back before the step ends, if nobody else holds the tensor.
  ///
  /// The next tensors of its size will lie there, where the caches still know the memory. Another
  /// handle to the tensor, wherever it is, keeps its memory from being used again.
  public func recycle(_ tensor: inout Tensor?) {
    guard tensor?.isUniquelyHeld() == true, let lease = tensor?.owner as? Lease, lease.floats > 0,
      chunks.contains(where: { $0 === lease.chunk })
    else { return }
    tensor = nil
    returned[lease.floats, default: []].append(lease)
  }

  /// Counts the calls of `reset()`: what was made of scratch memory is valid while it stays.
  public private(set) var generation = 0

  /// Bytes held at present, used or not, the inner arena's included.
  public var heldBytes: Int {
    chunks.reduce(0) { $0 + $1.floats } * MemoryLayout<Float>.stride + (innerArena?.heldBytes ?? 0)
  }

  /// Bytes handed out since the last `reset()`, the inner arena's included.
  public var usedBytes: Int {
    bytesInFullChunks + offset * MemoryLayout<Float>.stride + (innerArena?.usedBytes ?? 0)
  }

  /// Takes back all memory handed out, except the pieces that living tensors still refer to.
  ///
  /// A step that needed several chunks leaves one chunk that would have held it, so that memory
  /// stays near the largest step however sizes vary.
  public func reset() {
    generation += 1
    innerArena?.reset()
    for size in returned.keys {
      spare += returned[size] ?? []
      returned[size]?.removeAll(keepingCapacity: true)
    }
    for lease in spare { lease.end() }
    if chunks.count > 1 {
      let largest = ownHighWaterBytes / MemoryLayout<Float>.stride
      chunks = []
      chunks.append(Chunk(floats: largest + largest / 8))
      systemAllocations += 1
    } else if !chunks.isEmpty, !isKnownUniquelyReferenced(&chunks[0]) {
      chunks[0] = Chunk(floats: chunks[0].floats)
      systemAllocations += 1
    }
    current = 0
    offset = 0
    bytesInFullChunks = 0
  }

  /// Floats of the smallest part that is taken of a piece: a quarter of a megabyte.
  private static let leastPart = 1 << 16

  /// Memory that was taken back, or new.
  private func lease(_ count: Int) -> Lease {
    let floats = (count + Chunk.alignment - 1) / Chunk.alignment * Chunk.alignment
    if let lease = returned[floats]?.popLast() ?? part(of: floats) { return lease }
    let (base, chunk) = allocate(count)
    let lease = spare.popLast() ?? Lease()
    lease.begin(base, floats: floats, of: chunk)
    return lease
  }

  /// The beginning of the smallest piece that was taken back and is large enough; the rest of it can be
  /// had again.
  ///
  /// A little of a large piece is not worth it: the next large tensor would find none. Small pieces stay
  /// whole, since there is nothing to be gained.
  private func part(of floats: Int) -> Lease? {
    guard floats >= Self.leastPart else { return nil }
    let sizes = returned.lazy.filter {
      $0.key > floats && $0.key <= 4 * floats && !$0.value.isEmpty
    }
    guard let size = sizes.map(\.key).min(), let lease = returned[size]?.popLast(),
      let base = lease.base, let chunk = lease.chunk
    else { return nil }
    lease.begin(base, floats: floats, of: chunk)
    let rest = spare.popLast() ?? Lease()
    rest.begin(base + floats, floats: size - floats, of: chunk)
    returned[size - floats, default: []].append(rest)
    return lease
  }

  private func allocate(_ count: Int) -> (UnsafeMutablePointer<Float>, Chunk) {
    let rounded = (count + Chunk.alignment - 1) / Chunk.alignment * Chunk.alignment
    while current < chunks.count, offset + rounded > chunks[current].floats {
      bytesInFullChunks += offset * MemoryLayout<Float>.stride
      current += 1
      offset = 0
    }
    if current == chunks.count {
      chunks.append(Chunk(floats: max(chunkFloats, rounded)))
      systemAllocations += 1
    }
    let chunk = chunks[current]
    let base = chunk.base + offset
    offset += rounded
    noteUse()
    return (base, chunk)
  }

  private func noteUse() {
    let own = bytesInFullChunks + offset * MemoryLayout<Float>.stride
    ownHighWaterBytes = max(ownHighWaterBytes, own)
    highWaterBytes = max(highWaterBytes, own + (innerArena?.usedBytes ?? 0))
    outer?.noteUse()
  }
}

/// What keeps the values of a tensor in memory.
@usableFromInline
class TensorMemory {}

/// The part of a chunk that one tensor has; its handles are counted by their references to this.
final class Lease: TensorMemory {
  private(set) var base: UnsafeMutablePointer<Float>?
  private(set) var floats = 0
  private(set) var chunk: Chunk?

  func begin(_ base: UnsafeMutablePointer<Float>, floats: Int, of chunk: Chunk) {
    self.base = base
    self.floats = floats
    self.chunk = chunk
  }

  func end() { (base, floats, chunk) = (nil, 0, nil) }
}
