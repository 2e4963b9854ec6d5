import Tensors

/// Processes that work together, each with a number, its rank.
///
/// What several ranks do together, all of them call in the same order. One thread of each process does.
public protocol Communicator: Ranks {
  /// The number of this process, from zero.
  var rank: Int { get }

  /// The number of this process among those of its machine.
  var hostRank: Int { get }

  /// Number of processes on this machine.
  var hostSize: Int { get }

  /// Gives everybody everybody's bytes, in the order of ranks; all ranks give equally many.
  ///
  /// - Parameter all: as many bytes for each rank as `own` has.
  func gatherAll(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer)

  /// The same among the processes of this machine.
  func gatherOnHost(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer)

  /// Gives everybody the bytes of one rank.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int)

  /// Sends bytes to a rank that receives them.
  func send(_ bytes: UnsafeRawBufferPointer, to rank: Int)

  /// Receives as many bytes from a rank as it sends.
  func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int)

  /// Begins to give the n-th of equal pieces of `own` to rank n; memory stays as it is until this is done.
  ///
  /// All ranks begin these in the same order, whatever else they do in between; so with `beginGatherAll`.
  func beginExchange(
    _ own: UnsafeRawBufferPointer, into others: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer

  /// Begins to give everybody everybody's bytes; memory stays as it is until this is done.
  func beginGatherAll(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer

  /// Leaves the others, when all are ready to; nothing can be done together any more.
  func finish()

  /// Ends all processes at once.
  ///
  /// - Parameter code: the exit code.
  func abort(code: Int32)
}

/// Something that goes on while its owner does something else, as far as it is looked after.
public protocol PendingTransfer: AnyObject {
  /// Whether it is done; asking brings it forward.
  func isDone() -> Bool

  /// Waits until it is done.
  func wait()
}

extension Communicator {
  /// Whether this rank speaks for all: it writes files, and tells what there is to tell.
  public var isFirst: Bool { rank == 0 }

  /// Sums by the values of all ranks, one message of `8 · values` bytes from each to everybody.
  public func sum(_ values: inout [Double]) {
    guard size > 1, !values.isEmpty else { return }
    var all = [Double](repeating: 0, count: values.count * size)
    values.withUnsafeBytes { own in all.withUnsafeMutableBytes { gatherAll(own, into: $0) } }
    for index in values.indices {
      values[index] = (0..<size).reduce(0) { $0 + all[$1 * values.count + index] }
    }
  }

  /// The numbers of all ranks, in their order.
  public func gatherAll(_ number: Int) -> [Int] {
    var all = [Int](repeating: 0, count: size)
    withUnsafeBytes(of: number) { own in all.withUnsafeMutableBytes { gatherAll(own, into: $0) } }
    return all
  }

  /// Everybody's bytes, of any number, at one rank and in the order of ranks; nothing at the others.
  public func gather(_ bytes: [UInt8], at root: Int = 0) -> [[UInt8]] {
    let counts = gatherAll(bytes.count)
    guard rank == root else {
      bytes.withUnsafeBytes { send($0, to: root) }
      return []
    }
    return (0..<size).map { other in
      guard other != root else { return bytes }
      return received(counts[other], from: other)
    }
  }

  /// The bytes of one rank at all of them.
  ///
  /// - Parameter bytes: what `root` has; what others give is not looked at.
  public func broadcast(_ bytes: [UInt8], from root: Int = 0) -> [UInt8] {
    let count = gatherAll(bytes.count)[root]
    var shared = rank == root ? bytes : [UInt8](repeating: 0, count: count)
    shared.withUnsafeMutableBytes { broadcast($0, from: root) }
    return shared
  }

  /// To each rank its part of what one rank has.
  ///
  /// - Parameter parts: for each rank its bytes, where `root` gives them.
  public func scatter(_ parts: [[UInt8]], from root: Int) -> [UInt8] {
    if rank == root {
      precondition(parts.count == size, "every rank is given its part")
      for other in 0..<size where other != root {
        withUnsafeBytes(of: parts[other].count) { send($0, to: other) }
        parts[other].withUnsafeBytes { send($0, to: other) }
      }
      return parts[root]
    }
    var count = 0
    withUnsafeMutableBytes(of: &count) { receive($0, from: root) }
    return received(count, from: root)
  }

  private func received(_ count: Int, from other: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { receive($0, from: other) }
    return bytes
  }
}
