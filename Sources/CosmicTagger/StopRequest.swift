import Dispatch
import Foundation
import Synchronization

/// The wish of a user or of a batch system that a run ends: SIGINT (Ctrl-C), SIGTERM, SIGHUP or SIGUSR1.
///
/// `mpirun` hands SIGUSR1 on to all ranks, and gives them a second after SIGTERM: batch systems are best
/// asked for SIGUSR1.
///
/// SIGHUP comes when a connection is gone. A signal that was ignored when the program began, as by `nohup`,
/// stays ignored.
///
/// The first signal is remembered, for the run to end at a place of its choice. A second one of either
/// ends the process at once; but not within a second of the first, since what starts programs (`timeout`,
/// batch systems) may send one signal to a process and again to its group.
public final class StopRequest: Sendable {
  private let received = Received()
  // Written once, here, and released at the end: Dispatch's sources may be used from any thread.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  private final class Received: Sendable {
    let first = Mutex<(signal: Int32, time: ContinuousClock.Instant)?>(nil)

    /// Remembers the first; whether this is a later one, and meant.
    func take(_ number: Int32) -> Bool {
      first.withLock { first in
        guard let first else {
          first = (number, .now)
          return false
        }
        return ContinuousClock.now - first.time > .seconds(1)
      }
    }
  }

  /// Begins to listen; from here on no such signal ends the process by itself.
  public init() {
    let received = received
    sources = [SIGINT, SIGTERM, SIGHUP, SIGUSR1].compactMap { number in
      guard !Self.isIgnored(number) else { return nil }
      Foundation.signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if received.take(number) { _exit(128 + number) }
      }
      source.activate()
      return source
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    return sigaction(number, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// The signal that came first; nothing while none has.
  public var signal: Int32? { received.first.withLock { $0?.signal } }

  /// The end of a run that was asked to stop, in one sentence; nothing while none was.
  func end(_ sentence: String) -> TaggerError? {
    signal.map { TaggerError(TaggerError.Kind(signal: $0), sentence) }
  }

  deinit {
    for source in sources { source.cancel() }
  }
}
