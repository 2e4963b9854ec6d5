import Tensors

/// Sums of floats over all ranks that go on while their owner computes.
///
/// Each rank adds up a part of the values, in the order of the ranks, and gives it to all: whatever the
/// MPI, sums have the same bits on all ranks and in all runs. Every rank sends and receives
/// `2 · (ranks - 1) / ranks` of the bytes, as with a ring.
///
/// ```swift
/// let sum = PendingSum(count: gradients.count, over: communicator)
/// sum.begin { $0.update(from: gradients, count: gradients.count) }
/// while isComputing { _ = sum.advance() }
/// gradients.update(from: sum.finish(), count: gradients.count)
/// ```
public final class PendingSum {
  /// Number of values.
  public let count: Int

  private let communicator: any Communicator
  private let values: Tensor
  /// Values that a rank adds up.
  private let piece: Int
  private let sent: Staging
  private let received: Staging
  private let summed: Staging
  private var stage = Stage.idle

  private enum Stage {
    case idle
    /// Everybody gets what it is to add up.
    case exchanging(any PendingTransfer)
    /// Everybody gets what everybody has added up.
    case gathering(any PendingTransfer)
  }

  /// Sums of so many values.
  ///
  /// - Parameter precision: what values are rounded to on their way, and sums again; bfloat16 halves
  ///   the bytes. They are added as float32 in any case.
  public init(
    count: Int, over communicator: any Communicator, precision: Precision = .float32
  ) {
    self.count = count
    self.communicator = communicator
    piece = (count + communicator.size - 1) / communicator.size
    let padded = piece * communicator.size
    values = Tensor(rows: 1, channels: padded)
    sent = Staging(padded, precision)
    received = Staging(padded, precision)
    summed = Staging(piece, precision)
  }

  /// Takes this rank's values, and begins; all ranks begin the same sums in the same order.
  ///
  /// - Parameter fill: writes `count` values.
  public func begin(_ fill: (UnsafeMutablePointer<Float>) -> Void) {
    guard case .idle = stage else { preconditionFailure("a sum begins when the last was finished") }
    fill(values.values)
    for index in count..<values.count { values.values[index] = 0 }
    sent.store(values.values, count: values.count)
    stage = .exchanging(communicator.beginExchange(sent.bytes, into: received.mutableBytes))
  }

  /// Does what can be done without waiting.
  ///
  /// Of several sums, those begun first go first: a later one is not looked after until this returns true
  /// for all before it, for all ranks have to give their sums in the same order.
  ///
  /// - Returns: whether this rank has given its part of the sums.
  public func advance() -> Bool {
    if case .exchanging(let transfer) = stage, transfer.isDone() { gather() }
    guard case .gathering(let transfer) = stage else { return false }
    // Asking brings it forward.
    _ = transfer.isDone()
    return true
  }

  /// Waits for the sums; of several, in the order they were begun.
  ///
  /// - Returns: `count` sums, which stay as they are until the next begin.
  public func finish() -> UnsafePointer<Float> {
    if case .exchanging(let transfer) = stage {
      transfer.wait()
      gather()
    }
    if case .gathering(let transfer) = stage { transfer.wait() }
    received.load(into: values.values, count: values.count)
    stage = .idle
    return UnsafePointer(values.values)
  }

  /// Adds up this rank's part, and begins to give it to all.
  private func gather() {
    received.load(into: values.values, count: values.count)
    let sums = values.values
    for rank in 1..<max(communicator.size, 1) {
      let other = sums + rank * piece
      for index in 0..<piece { sums[index] += other[index] }
    }
    summed.store(sums, count: piece)
    stage = .gathering(
      communicator.beginGatherAll(summed.bytes, into: received.mutableBytes))
  }
}

/// Values in the form in which they are sent.
private final class Staging {
  private let precision: Precision
  private let memory: UnsafeMutableRawBufferPointer

  init(_ count: Int, _ precision: Precision) {
    self.precision = precision
    memory = .allocate(byteCount: count * precision.byteCount, alignment: 64)
  }

  deinit { memory.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

  var mutableBytes: UnsafeMutableRawBufferPointer { memory }

  func store(_ values: UnsafePointer<Float>, count: Int) {
    switch precision {
    case .float32:
      memory.copyMemory(
        from: UnsafeRawBufferPointer(start: values, count: count * precision.byteCount))
    case .bfloat16:
      memory.withMemoryRebound(to: UInt16.self) { halves in
        guard let halves = halves.baseAddress else { return }
        for index in 0..<count {
          let bits = values[index].bitPattern
          let rounded = (bits &+ 0x7FFF &+ (bits &>> 16 & 1)) &>> 16
          // What is not finite is cut, and keeps a bit that tells it from infinity.
          let cut = bits &>> 16 | (values[index].isNaN ? 0x40 : 0)
          halves[index] = UInt16(truncatingIfNeeded: values[index].isFinite ? rounded : cut)
        }
      }
    }
  }

  func load(into values: UnsafeMutablePointer<Float>, count: Int) {
    switch precision {
    case .float32:
      UnsafeMutableRawBufferPointer(start: values, count: count * precision.byteCount)
        .copyMemory(
          from: UnsafeRawBufferPointer(rebasing: memory[..<(count * precision.byteCount)]))
    case .bfloat16:
      memory.withMemoryRebound(to: UInt16.self) { halves in
        guard let halves = halves.baseAddress else { return }
        for index in 0..<count { values[index] = Float(bitPattern: UInt32(halves[index]) &<< 16) }
      }
    }
  }
}

extension Precision {
  /// Bytes of a value in this form.
  fileprivate var byteCount: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }
}
