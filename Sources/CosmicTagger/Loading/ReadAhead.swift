import Foundation
import Synchronization

/// Makes elements on threads of its own, a few ahead of the one being used.
///
/// One thread owns whatever `open` makes, because HDF5 wants one owner; it reads, and hands over the
/// work that needs no owner. Others do that work, several elements at once. Elements come out in the
/// order in which they were read, so that the number of threads changes nothing but the time.
package final class ReadAhead<Element: Sendable>: Sendable {
  /// What is left to do of an element once it was read.
  package typealias Work = @Sendable () throws -> Element

  private let shared: Shared

  /// Starts to make elements.
  ///
  /// - Parameters:
  ///   - workers: How many threads work on what was read.
  ///   - open: Called once, on the thread that reads; what it returns is called for each element
  ///     until it returns nothing or throws.
  package init(
    workers: Int, open: @escaping @Sendable () throws -> (() throws -> Work?)
  ) {
    // One more than are worked on: it waits for whoever asks.
    let shared = Shared(depth: workers + 1, workers: workers)
    self.shared = shared
    Thread.detachNewThread { shared.read(open) }
    for _ in 0..<workers { Thread.detachNewThread { shared.work() } }
  }

  /// Starts to make elements that only the owner can make.
  package convenience init(_ open: @escaping @Sendable () throws -> (() throws -> Element?)) {
    self.init(workers: 1) {
      let make = try open()
      return {
        guard let element = try make() else { return nil }
        return { element }
      }
    }
  }

  deinit { shared.abandon() }

  /// Waits for the next element; nothing after the last one.
  ///
  /// - Throws: what kept it from being made; the same again to whoever asks once more.
  package func next() throws -> Element? { try shared.take().get() }

  private final class Shared: Sendable {
    private struct State {
      /// Numbers of elements taken, and read.
      var taken = 0
      var read = 0
      var waiting: [(number: Int, work: Work)] = []
      var ready: [Int: Result<Element?, any Error>] = [:]
      var isAbandoned = false
      var isComplete = false
    }

    private let workers: Int
    private let state = Mutex(State())
    /// Places for elements that nobody has taken yet.
    private let free = DispatchSemaphore(value: 0)
    private let handedOver = DispatchSemaphore(value: 0)
    private let made = DispatchSemaphore(value: 0)

    init(depth: Int, workers: Int) {
      self.workers = workers
      // A semaphore may not be let go below the value it was made with, as one of an abandoned
      // reader would be.
      for _ in 0..<depth { free.signal() }
    }

    func read(_ open: () throws -> (() throws -> Work?)) {
      do {
        let make = try open()
        while true {
          free.wait()
          if state.withLock(\.isAbandoned) { return }
          guard let work = try make() else { return complete(.success(nil)) }
          state.withLock {
            $0.waiting.append(($0.read, work))
            $0.read += 1
          }
          handedOver.signal()
        }
      } catch {
        complete(.failure(error))
      }
    }

    /// Nothing is read any more.
    private func complete(_ result: Result<Element?, any Error>) {
      state.withLock {
        $0.ready[$0.read] = result
        $0.isComplete = true
      }
      made.signal()
      for _ in 0..<workers { handedOver.signal() }
    }

    func work() {
      while true {
        handedOver.wait()
        let next = state.withLock { state -> (number: Int, work: Work)? in
          state.isAbandoned || state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        guard let next else {
          if state.withLock({ $0.isAbandoned || $0.isComplete }) { return }
          continue
        }
        let result = Result<Element?, any Error> { try next.work() }
        state.withLock { $0.ready[next.number] = result }
        made.signal()
      }
    }

    /// The end, or an error, stays where it is for whoever asks once more.
    func take() -> Result<Element?, any Error> {
      while true {
        let result = state.withLock { state -> Result<Element?, any Error>? in
          guard let result = state.ready[state.taken] else { return nil }
          if case .success(.some) = result {
            state.ready[state.taken] = nil
            state.taken += 1
          }
          return result
        }
        if let result {
          if case .success(.some) = result { free.signal() }
          return result
        }
        made.wait()
      }
    }

    func abandon() {
      state.withLock { $0.isAbandoned = true }
      free.signal()
      for _ in 0..<workers { handedOver.signal() }
    }
  }
}
