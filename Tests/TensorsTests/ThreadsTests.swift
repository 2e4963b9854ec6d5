import Foundation
import Synchronization
import Tensors
import Testing

/// Proves that a pool runs every tile exactly once, whoever calls it and however often.
@Suite("Threads")
struct ThreadsTests {
  /// Counts how often each tile runs, and checks thread numbers.
  ///
  /// A lock of Foundation's: the thread sanitizer does not see into `Mutex` where threads wait.
  private final class Tally: @unchecked Sendable {
    private let lock = NSLock()
    private var counts: [Int]
    private let worstThread = Atomic<Int>(0)

    init(_ tiles: Int) { counts = [Int](repeating: 0, count: tiles) }

    func note(_ tile: Int, _ thread: Int) {
      lock.withLock { counts[tile] += 1 }
      worstThread.max(thread, ordering: .relaxed)
    }

    func eachRanOnce(below threads: Int) -> Bool {
      lock.withLock { counts.allSatisfy { $0 == 1 } }
        && worstThread.load(ordering: .relaxed) < threads
    }
  }

  @Test(
    "every tile runs exactly once, on a thread of the pool", arguments: 1...4,
    [0, 1, 2, 3, 7, 1000])
  func everyTile(count: Int, tiles: Int) {
    let threads = Threads(count: count)
    let tally = Tally(tiles)
    threads.run(tiles) { tally.note($0, $1) }
    #expect(tally.eachRanOnce(below: count))
  }

  @Test("tiles of rows cover every row once", arguments: [0, 1, 99, 100, 101, 1000])
  func rowTiles(rows: Int) {
    let threads = Threads(count: 3)
    let tally = Tally(rows)
    threads.forEachTile(of: rows, tile: 100) { range in
      for row in range { tally.note(row, 0) }
    }
    #expect(tally.eachRanOnce(below: 1))
  }

  @Test("a run from inside a tile does all its tiles too", arguments: 1...4)
  func nested(count: Int) {
    let threads = Threads(count: count)
    let tally = Tally(20 * 30)
    threads.run(20) { outer, _ in
      threads.run(30) { inner, thread in tally.note(outer * 30 + inner, thread) }
    }
    #expect(tally.eachRanOnce(below: count))
  }

  @Test("runs from several threads at once do not mix", arguments: 2...4)
  func concurrent(count: Int) {
    let threads = Threads(count: count)
    let callers = 4
    let failures = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: callers) { _ in
      for _ in 0..<300 {
        let tally = Tally(17)
        threads.run(17) { tally.note($0, $1) }
        if !tally.eachRanOnce(below: count) { failures.add(1, ordering: .relaxed) }
      }
    }
    #expect(failures.load(ordering: .relaxed) == 0)
  }

  @Test("many quick jobs, none lost and every result visible to the caller", arguments: 2...4)
  func quickJobs(count: Int) {
    let threads = Threads(count: count)
    let cells = UnsafeMutablePointer<Int>.allocate(capacity: 8)
    defer { cells.deallocate() }
    var expected = 0
    cells.update(repeating: 0, count: 8)
    // Plain memory: a job whose writes the caller does not see would show.
    for job in 1...30_000 {
      let tiles = 2 + job % 7
      threads.run(tiles) { tile, _ in cells[tile] += job }
      expected += job * tiles
    }
    #expect((0..<8).reduce(0) { $0 + cells[$1] } == expected)
  }

  @Test("jobs after pauses of every length wake the sleepers", arguments: 2...4)
  func pauses(count: Int) {
    let threads = Threads(count: count)
    for pause in 0..<300 {
      // Around the time an idle thread takes to fall asleep, where a wake-up could be lost.
      usleep(UInt32(pause % 100))
      let tally = Tally(5)
      threads.run(5) { tally.note($0, $1) }
      #expect(tally.eachRanOnce(below: count))
    }
  }

  @Test("several threads do work at the same time")
  func sharesWork() {
    // Each tile waits for the other: one thread alone would never finish.
    let arrived = Atomic<Int>(0)
    Threads(count: 2).run(2) { _, _ in
      arrived.add(1, ordering: .sequentiallyConsistent)
      while arrived.load(ordering: .sequentiallyConsistent) < 2 { sched_yield() }
    }
    #expect(arrived.load(ordering: .relaxed) == 2)
  }

  @Test("pools come and go, busy or never used")
  func lifetimes() {
    for round in 0..<200 {
      let threads = Threads(count: 3)
      guard round % 2 == 0 else { continue }
      let tally = Tally(4)
      threads.run(4) { tally.note($0, $1) }
      #expect(tally.eachRanOnce(below: 3))
    }
  }
}
