import Synchronization

/// Readouts that wait for their next event: their memory is tens of megabytes, which the system would
/// clear for each event anew.
final class ReadoutPool: Sendable {
  private let detector: Detector
  private let deadWireFraction: Double
  private let waiting = Mutex<[Readout]>([])

  init(detector: Detector, deadWireFraction: Double) {
    self.detector = detector
    self.deadWireFraction = deadWireFraction
  }

  /// Lends an empty readout to `body`, which belongs to nobody else meanwhile.
  func lend<Result>(_ body: (Readout) -> Result) -> Result {
    let readout =
      waiting.withLock { $0.popLast() }
      ?? Readout(detector: detector, deadWireFraction: deadWireFraction)
    readout.clear()
    defer { waiting.withLock { $0.append(readout) } }
    return body(readout)
  }
}
