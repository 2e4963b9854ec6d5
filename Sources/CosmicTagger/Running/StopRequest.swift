import Foundation
import Synchronization

/// Whether somebody asked the process to stop, by control-C or as batch systems do.
///
/// From its making on, SIGINT and SIGTERM no longer end the process: whoever works looks at `signal` where
/// it is good to stop. A second signal ends the process at once.
public final class StopRequest: Sendable {
  private let received = Mutex<Int32?>(nil)
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// Begins to listen.
  public init() {
    let queue = DispatchQueue(label: "stop request")
    sources = [SIGINT, SIGTERM].map { number in
      Foundation.signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for (number, source) in zip([SIGINT, SIGTERM], sources) {
      source.setEventHandler { [weak self] in self?.take(number) }
      source.activate()
    }
  }

  /// The signal that asks to stop; nothing until one came.
  public var signal: Int32? { received.withLock { $0 } }

  private func take(_ number: Int32) {
    let isSecond = received.withLock { received in
      defer { received = received ?? number }
      return received != nil
    }
    // Nothing is taken down: files take their names only when they are complete.
    if isSecond { _exit(128 + number) }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { Foundation.signal(number, SIG_DFL) }
  }
}
