import Foundation
import Synchronization

/// Makes elements on a thread of its own, a few ahead of the one being used.
///
/// Whatever `open` makes stays on that thread: HDF5 wants one owner.
package final class ReadAhead<Element: Sendable>: Sendable {
  private struct State {
    var ready: [Result<Element?, any Error>] = []
    var isAbandoned = false
  }

  private let shared = Shared()

  private final class Shared: Sendable {
    let state = Mutex(State())
    let filled = DispatchSemaphore(value: 0)
    let free = DispatchSemaphore(value: 0)

    init(depth: Int = 2) {
      // A semaphore may not be let go below the value it was made with, as one of an abandoned
      // reader would be.
      for _ in 0..<depth { free.signal() }
    }

    /// The end, or an error, is found again by whoever asks once more.
    func keepLast(_ result: Result<Element?, any Error>) {
      state.withLock { $0.ready.append(result) }
      filled.signal()
    }
  }

  /// Starts to make elements: `open` is called once on the new thread, and what it returns is called
  /// for each element until it returns nothing or throws.
  package init(_ open: @escaping @Sendable () throws -> (() throws -> Element?)) {
    let shared = shared
    Thread.detachNewThread {
      do {
        let make = try open()
        while true {
          shared.free.wait()
          if shared.state.withLock(\.isAbandoned) { return }
          let element = try make()
          shared.state.withLock { $0.ready.append(.success(element)) }
          shared.filled.signal()
          if element == nil { return }
        }
      } catch {
        shared.state.withLock { $0.ready.append(.failure(error)) }
        shared.filled.signal()
      }
    }
  }

  deinit {
    shared.state.withLock { $0.isAbandoned = true }
    shared.free.signal()
  }

  /// Waits for the next element; nothing after the last one.
  ///
  /// - Throws: what kept it from being made.
  package func next() throws -> Element? {
    shared.filled.wait()
    let result = shared.state.withLock { $0.ready.removeFirst() }
    shared.free.signal()
    if case .success(.some) = result {} else { shared.keepLast(result) }
    return try result.get()
  }
}
