import Foundation
import Logging
import Telemetry

/// How far a run has come: a bar on a terminal, elsewhere a line every some seconds.
struct InferenceProgress {
  private let events: Int
  private let logger: Logger
  // It has lines of its own, with rates.
  private var bar = ProgressBar(writesLines: false)
  private var lastLine = ContinuousClock.now
  /// When the first batch that was computed was begun, and how many events were done then.
  private var start = (time: ContinuousClock.now, events: 0)

  private static let interval = Duration.seconds(10)

  /// A run of so many events.
  init(events: Int, logger: Logger) {
    self.events = events
    self.logger = logger
  }

  /// Shows that so many events are done.
  ///
  /// - Parameter isKnown: whether the last ones cost no computing, so that no time follows from them.
  mutating func update(done: Int, isKnown: Bool) {
    let now = ContinuousClock.now
    if isKnown { start = (now, done) }
    bar.update(step: done, of: events)
    guard !bar.isShown, now - lastLine >= Self.interval, done < events else { return }
    lastLine = now
    let seconds = (now - start.time) / .seconds(1)
    guard done > start.events, seconds > 0 else { return }
    let rate = Double(done - start.events) / seconds
    let left = Int(Double(events - done) / rate)
    logger.info(
      """
      \(done) of \(events) events, \(String(format: "%.2f", rate)) Img/s, \
      \(left / 60):\(String(format: "%02d", left % 60)) left
      """)
  }

  /// Makes room for a line.
  mutating func clear() { bar.finish(erasing: true) }

  /// Ends the bar.
  mutating func finish() { bar.finish(erasing: true) }
}
