import Foundation
import Synchronization

/// A fixed pool of threads that share out numbered tiles of work.
///
/// Who runs a tile is left to chance, what a tile computes is not: callers cut their work into
/// tiles whose size does not depend on the thread count, and let each tile write its own rows. So
/// results have the same bits on one thread and on eight.
///
/// A call with nothing to share, or one made while the pool is busy (from inside a tile, or from
/// another thread), runs its tiles on the calling thread.
public final class Threads: Sendable {
  /// Number of threads that work on tiles, the calling one included.
  public let count: Int

  private let team: Team

  /// Starts `count - 1` threads; the caller of `run` is the last one.
  public init(count: Int) {
    precondition(count >= 1, "a pool has at least the calling thread")
    self.count = count
    let team = Team()
    self.team = team
    for thread in 1..<max(count, 1) {
      Thread.detachNewThread { team.work(as: thread) }
    }
  }

  deinit {
    team.dismiss(count - 1)
  }

  /// The number of processors this process may use, respecting its affinity (as `mpirun` sets it).
  public static var available: Int {
    max(1, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Calls `body` once for every tile in `0..<tiles`, from several threads at once, and returns
  /// when all are done.
  ///
  /// `body` must write only what belongs to its tile, and scratch memory that belongs to its
  /// thread, numbered `0..<count`.
  public func run(_ tiles: Int, _ body: (_ tile: Int, _ thread: Int) -> Void) {
    guard count > 1, tiles > 1, team.claim() else {
      for tile in 0..<tiles { body(tile, 0) }
      return
    }
    withoutActuallyEscaping(body) { team.share(tiles, $0) }
    team.release()
  }

  /// Calls `body` with consecutive ranges of `tile` rows (the last one shorter) that cover `rows`.
  public func forEachTile(of rows: Int, tile: Int, _ body: (Range<Int>) -> Void) {
    run((rows + tile - 1) / tile) { index, _ in
      body(index * tile..<min(rows, (index + 1) * tile))
    }
  }
}

/// What the threads of a pool share: the current body, the next tile, and where idle threads sleep.
///
/// The body is a plain variable: it is written only by the thread that holds the claim, before
/// `isOpen` is set, and read only by threads that counted themselves in `active` and then saw
/// `isOpen`. The claim's holder leaves only when `active` is zero again.
private final class Team: @unchecked Sendable {
  private let isClaimed = Atomic<Bool>(false)
  private let isOpen = Atomic<Bool>(false)
  private let isDismissed = Atomic<Bool>(false)
  private let active = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let nextTile = Atomic<Int>(0)
  private let bell = DispatchSemaphore(value: 0)
  private var body: ((Int, Int) -> Void)?
  private let tiles = Atomic<Int>(0)

  /// How long an idle thread looks for work before it sleeps: some tens of microseconds, the gap
  /// between two operators of a step.
  private static let patience = 4000

  func claim() -> Bool {
    isClaimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func release() {
    isClaimed.store(false, ordering: .releasing)
  }

  func share(_ tiles: Int, _ body: @escaping (Int, Int) -> Void) {
    self.body = body
    self.tiles.store(tiles, ordering: .relaxed)
    nextTile.store(0, ordering: .relaxed)
    isOpen.store(true, ordering: .sequentiallyConsistent)
    wake(sleepers.exchange(0, ordering: .sequentiallyConsistent))
    takeTiles(as: 0)
    isOpen.store(false, ordering: .sequentiallyConsistent)
    while active.load(ordering: .sequentiallyConsistent) != 0 { sched_yield() }
    self.body = nil
  }

  func work(as thread: Int) {
    while !isDismissed.load(ordering: .acquiring) {
      active.add(1, ordering: .sequentiallyConsistent)
      let joined = isOpen.load(ordering: .sequentiallyConsistent)
      if joined { takeTiles(as: thread) }
      active.subtract(1, ordering: .sequentiallyConsistent)
      waitForWork()
    }
  }

  func dismiss(_ threads: Int) {
    isDismissed.store(true, ordering: .releasing)
    wake(threads)
  }

  private func takeTiles(as thread: Int) {
    guard let body else { return }
    let tiles = tiles.load(ordering: .relaxed)
    while true {
      let tile = nextTile.add(1, ordering: .relaxed).oldValue
      guard tile < tiles else { return }
      body(tile, thread)
    }
  }

  private func waitForWork() {
    for _ in 0..<Team.patience {
      if hasWork { return }
      pause()
    }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    // Work offered between the last look and the registration may have rung no bell for this thread.
    // A registration left behind would ring one bell too many ever after, and keep idle threads up.
    if hasWork, withdrawn() { return }
    bell.wait()
  }

  /// Takes one registration back; false if all of them have been rung for already.
  private func withdrawn() -> Bool {
    var count = sleepers.load(ordering: .sequentiallyConsistent)
    while count > 0 {
      let (exchanged, original) = sleepers.compareExchange(
        expected: count, desired: count - 1, ordering: .sequentiallyConsistent)
      if exchanged { return true }
      count = original
    }
    return false
  }

  private var hasWork: Bool {
    isDismissed.load(ordering: .acquiring)
      || isOpen.load(ordering: .sequentiallyConsistent)
        && nextTile.load(ordering: .relaxed) < tiles.load(ordering: .relaxed)
  }

  private func wake(_ threads: Int) {
    for _ in 0..<threads { bell.signal() }
  }

  private func pause() {
    // A plain atomic load is what spinning costs without a processor hint from C.
    _ = isOpen.load(ordering: .relaxed)
  }
}
