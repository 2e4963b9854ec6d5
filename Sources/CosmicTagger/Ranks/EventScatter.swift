import Foundation
import Synchronization

/// Events of one batch that one rank gets from the rank that reads.
struct ScatteredPart: Codable {
  /// The number of the batch among all.
  let position: Int
  /// The numbers of the events in their source.
  let numbers: [Int]
  /// Their places in the batch.
  let places: [Int]
  /// The events, or why they cannot be used.
  let answers: [ReaderAnswer]
}

/// Hands out batches that the last rank reads, as the original did in 2019: to each rank its events.
///
/// The thread that talks to other ranks calls `advance`, which is one batch ahead of what is asked for, so
/// that sites are assembled and planned while the network computes.
final class EventScatter {
  /// The parts that came to this rank, for the threads that make batches of them.
  let parts = PartQueue()

  private let ranks: RankGroup
  private let batchCount: Int
  /// Where the last rank has the parts of all; nothing elsewhere.
  private let read: BatchStream<[ScatteredPart]>?
  private var sent = 0

  /// The rank that reads.
  static func reader(of ranks: RankGroup) -> Int { ranks.size - 1 }

  /// Begins to read on the last rank.
  init(
    _ configuration: DataConfiguration, batches numbers: Range<Int>, share: EventShares,
    _ ranks: RankGroup
  ) {
    self.ranks = ranks
    batchCount = numbers.count
    read =
      ranks.rank == Self.reader(of: ranks)
      ? BatchStream(configuration, numbers, .whole) { try $0.parts(share) } : nil
  }

  deinit { parts.close() }

  /// Sends and receives what is needed next: at first two batches, then one.
  ///
  /// - Throws: `TaggerError` on all ranks when the one that reads cannot.
  func advance() throws(TaggerError) {
    let wanted = min(batchCount, max(2, sent + 1))
    while sent < wanted {
      let all = try ranks.agreed { try read?.next() ?? [] }
      let bytes = try ranks.agreed { try all.map { try RankGroup.encoded($0) } }
      let own = ranks.communicator.scatter(bytes, from: Self.reader(of: ranks))
      try ranks.agreed { try parts.add(RankGroup.decoded(own)) }
      sent += 1
    }
    if sent == batchCount { parts.close() }
  }
}

extension UndecodedBatch {
  /// What each rank gets of the batch.
  fileprivate func parts(_ share: EventShares) throws(TaggerError) -> [ScatteredPart] {
    var answers: [ReaderAnswer] = []
    var sizes: [Int] = []
    for event in events {
      do throws(TaggerError) {
        let decoded = try event.decoded()
        sizes.append(decoded.images.reduce(0) { $0 + $1.ids.count })
        answers.append(.event(ReadEvent(decoded)))
      } catch {
        sizes.append(0)
        answers.append(ReaderAnswer(refusing: error))
      }
    }
    var parts: [ScatteredPart] = []
    for rank in 0..<share.size {
      let places = try share.of(rank).places(of: numbers.count) { sizes[$0] }
      parts.append(
        ScatteredPart(
          position: position, numbers: places.map { numbers[$0] }, places: places,
          answers: places.map { answers[$0] }))
    }
    return parts
  }
}

/// Parts that one thread adds and others take, in their order.
final class PartQueue: Sendable {
  private let state = Mutex((parts: [ScatteredPart](), isClosed: false))
  private let added = DispatchSemaphore(value: 0)

  /// Adds a part.
  func add(_ part: ScatteredPart) {
    state.withLock { $0.parts.append(part) }
    added.signal()
  }

  /// Adds no more.
  func close() {
    state.withLock { $0.isClosed = true }
    added.signal()
  }

  /// Waits for the next part; nothing after the last one.
  func next() -> ScatteredPart? {
    while true {
      let (part, isEnd) = state.withLock { state in
        state.parts.isEmpty ? (nil, state.isClosed) : (state.parts.removeFirst(), false)
      }
      if part != nil || isEnd { return part }
      added.wait()
    }
  }
}
