import Distributed
import Foundation
import Synchronization

/// Ranks that are threads of one process, for tests: no MPI, and everything can be looked at afterwards.
///
/// Every rank runs `body`, on a thread of its own with a communicator of its own.
///
/// - Returns: what the ranks returned or threw, in their order.
public func onRanks<Outcome: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (any Communicator) throws -> Outcome
) -> [Result<Outcome, any Error>] {
  let meeting = Meeting(count)
  let outcomes = Mutex([Int: Result<Outcome, any Error>]())
  let done = DispatchSemaphore(value: 0)
  for rank in 0..<count {
    let thread = Thread {
      let outcome = Result { try body(RankThread(rank, meeting)) }
      outcomes.withLock { $0[rank] = outcome }
      done.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }
  for _ in 0..<count { done.wait() }
  return outcomes.withLock { outcomes in (0..<count).compactMap { outcomes[$0] } }
}

/// One rank among threads.
private final class RankThread: Communicator {
  let rank: Int
  private let meeting: Meeting
  /// Numbers what this rank does, by kind: the ranks' n-th belong together.
  private var ordinals: [String: Int] = [:]

  init(_ rank: Int, _ meeting: Meeting) {
    self.rank = rank
    self.meeting = meeting
  }

  var size: Int { meeting.size }
  var hostRank: Int { rank }
  var hostSize: Int { meeting.size }

  private func key(_ kind: String) -> String {
    defer { ordinals[kind, default: 0] += 1 }
    return "\(kind) \(ordinals[kind, default: 0])"
  }

  func gatherAll(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    gather(own, into: all, kind: "gather").wait()
  }

  func gatherOnHost(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    gatherAll(own, into: all)
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {
    let key = key("broadcast")
    meeting.leave(rank == root ? Array(bytes) : [], key, rank)
    bytes.copyBytes(from: meeting.take(key)[root])
  }

  func send(_ bytes: UnsafeRawBufferPointer, to other: Int) {
    meeting.post(Array(bytes), from: rank, to: other)
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from other: Int) {
    bytes.copyBytes(from: meeting.collect(from: other, to: rank))
  }

  func beginExchange(
    _ own: UnsafeRawBufferPointer, into others: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer {
    let (key, piece, rank) = (key("exchange"), own.count / size, rank)
    meeting.leave(Array(own), key, rank)
    return Arrival(meeting, key) { all in
      for (other, bytes) in all.enumerated() {
        UnsafeMutableRawBufferPointer(rebasing: others[other * piece..<(other + 1) * piece])
          .copyBytes(from: bytes[rank * piece..<(rank + 1) * piece])
      }
    }
  }

  func beginGatherAll(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer {
    gather(own, into: all, kind: "later gather")
  }

  private func gather(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, kind: String
  ) -> any PendingTransfer {
    let key = key(kind)
    meeting.leave(Array(own), key, rank)
    return Arrival(meeting, key) { all.copyBytes(from: $0.joined()) }
  }

  func finish() {}
  func abort(code: Int32) { preconditionFailure("a test does not end its process") }
}

/// What all ranks left, taken once it is complete.
private final class Arrival: PendingTransfer {
  private let meeting: Meeting
  private let key: String
  private var take: (([[UInt8]]) -> Void)?

  init(_ meeting: Meeting, _ key: String, _ take: @escaping ([[UInt8]]) -> Void) {
    self.meeting = meeting
    self.key = key
    self.take = take
  }

  func isDone() -> Bool {
    guard take != nil else { return true }
    guard meeting.isComplete(key) else { return false }
    wait()
    return true
  }

  func wait() {
    take?(meeting.take(key))
    take = nil
  }
}
