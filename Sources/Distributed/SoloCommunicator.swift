/// One process alone: nothing is sent, and nothing needs MPI.
public final class SoloCommunicator: Communicator {
  /// Zero.
  public let rank = 0
  /// One.
  public let size = 1
  /// Zero.
  public let hostRank = 0
  /// One.
  public let hostSize = 1

  /// A process with nobody beside it.
  public init() {}

  /// Gives the process its own bytes.
  public func gatherAll(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    all.copyMemory(from: own)
  }

  /// Gives the process its own bytes.
  public func gatherOnHost(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) { all.copyMemory(from: own) }

  /// Leaves the bytes as they are.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {}

  /// Has nobody to send to.
  public func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) {
    preconditionFailure("a process alone sends nothing")
  }

  /// Has nobody to receive from.
  public func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) {
    preconditionFailure("a process alone receives nothing")
  }

  /// Gives the process its own bytes.
  public func beginExchange(
    _ own: UnsafeRawBufferPointer, into others: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer {
    others.copyMemory(from: own)
    return Done()
  }

  /// Gives the process its own bytes.
  public func beginGatherAll(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer {
    all.copyMemory(from: own)
    return Done()
  }

  /// Leaves nobody.
  public func finish() {}

  /// Leaves the ending to the caller: there is no other process to end.
  public func abort(code: Int32) {}

  private final class Done: PendingTransfer {
    func isDone() -> Bool { true }
    func wait() {}
  }
}
