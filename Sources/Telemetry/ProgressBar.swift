import Foundation
import Synchronization

/// A line on the terminal that shows how far a run has come.
///
///     [###########...................] 37/100  0:12 left  loss 0.031
///
/// It appears only when standard error is a terminal, and is redrawn at most ten times a second. Elsewhere
/// a plain line says the same twice a minute, so that logs stay short. Use one bar from one thread.
///
/// ```swift
/// var bar = ProgressBar()
/// for step in 1...100 { bar.update(step: step, of: 100) }
/// bar.finish()
/// ```
public struct ProgressBar {
  /// Whether a bar is drawn.
  public let isShown: Bool
  /// Whether lines are written where no bar is.
  private let writesLines: Bool

  private let now: () -> Duration
  private let columns: () -> Int
  private let write: (String) -> Void
  private var start: (step: Int, time: Duration)?
  private var lastDrawn: Duration?
  /// The newest state, kept for ``finish(erasing:)`` when it came too soon after the last.
  private var pending: String?

  private static let isSilent = Mutex(false)

  /// From now on no bar and no line appears.
  public static func silence() { isSilent.withLock { $0 = true } }

  /// Makes a bar on standard error.
  ///
  /// - Parameter writesLines: false where other lines tell how far the run has come.
  public init(writesLines: Bool = true) {
    let isSilent = Self.isSilent.withLock { $0 }
    let clock = ContinuousClock()
    let origin = clock.now
    self.init(
      isShown: isatty(STDERR_FILENO) == 1 && !isSilent, writesLines: writesLines && !isSilent,
      now: { origin.duration(to: clock.now) },
      columns: Self.terminalColumns,
      write: { FileHandle.standardError.write(Data($0.utf8)) })
  }

  /// Makes a bar with a clock and an output of its own.
  package init(
    isShown: Bool, writesLines: Bool = false, now: @escaping () -> Duration,
    columns: @escaping () -> Int = { 80 },
    write: @escaping (String) -> Void
  ) {
    self.isShown = isShown
    self.writesLines = writesLines
    self.now = now
    self.columns = columns
    self.write = write
  }

  /// Shows a new state, unless the last was drawn less than a tenth of a second ago.
  ///
  /// - Parameters:
  ///   - step: steps done so far.
  ///   - total: steps in all; 0 when unknown.
  ///   - message: what else to say; control characters become spaces, and the line is cut at the
  ///     terminal's width.
  public mutating func update(step: Int, of total: Int, message: String = "") {
    guard isShown || writesLines else { return }
    let time = now()
    let start = start ?? (step, time)
    self.start = start
    guard isShown else {
      let last = lastDrawn ?? start.time
      guard time - last >= .seconds(30) else { return }
      lastDrawn = time
      return write(line(step, total, message, start, time) + "\n")
    }
    if let last = lastDrawn, time - last < .milliseconds(100), step != total {
      pending = line(step, total, message, start, time)
      return
    }
    pending = nil
    lastDrawn = time
    draw(line(step, total, message, start, time))
  }

  /// Ends the line: the last state stays, or the line is erased.
  ///
  /// The bar can then be used again.
  public mutating func finish(erasing: Bool = false) {
    defer { (start, lastDrawn, pending) = (nil, nil, nil) }
    guard isShown, lastDrawn != nil else { return }
    if let pending, !erasing { draw(pending) }
    write(erasing ? "\r\u{1B}[K" : "\n")
  }

  private func line(
    _ step: Int, _ total: Int, _ message: String, _ start: (step: Int, time: Duration),
    _ time: Duration
  ) -> String {
    var left: Duration?
    if step > start.step, total >= step {
      // A resumed run starts in the middle: only the steps since then have taken time.
      left = (time - start.time) * (Double(total - step) / Double(step - start.step))
    }
    // The last column stays free: some terminals wrap when it is written.
    return Self.render(
      step: step, of: total, left: left, message: message, columns: columns() - 1)
  }

  private func draw(_ line: String) {
    write("\r\(line)\u{1B}[K")
  }

  private static func terminalColumns() -> Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? Int(size.ws_col) : 80
  }
}

extension ProgressBar {
  /// The text of a bar, without any control characters.
  ///
  /// - Parameters:
  ///   - step: steps done so far; shown as it is, drawn between nothing and everything.
  ///   - total: steps in all; without it (0 or less) there is neither bar nor time.
  ///   - left: time to go, if known.
  ///   - message: text behind it.
  ///   - columns: where the line is cut.
  public static func render(
    step: Int, of total: Int, left: Duration?, message: String = "", columns: Int = 80
  ) -> String {
    var parts: [String] = []
    if total > 0 {
      let cells = min(max(columns / 3, 5), 30)
      let done = min(max(Double(step) / Double(total), 0), 1)
      let filled = Int(done * Double(cells))
      let bar =
        String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled)
      parts.append("[\(bar)] \(step)/\(total)")
      if let left, step < total { parts.append("\(clockTime(left)) left") }
    } else {
      parts.append("\(step)")
    }
    if !message.isEmpty { parts.append(message) }
    let printable = parts.joined(separator: "  ").map { character in
      character.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? " " : character
    }
    return String(printable.prefix(max(columns, 0)))
  }

  /// A duration as minutes and seconds, with hours when there are any: 0:12, 1:02:03.
  private static func clockTime(_ duration: Duration) -> String {
    let seconds = max(duration.components.seconds, 0)
    let (minutes, second) = (seconds / 60, seconds % 60)
    func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    if minutes < 60 { return "\(minutes):\(twoDigits(second))" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(twoDigits(second))"
  }
}
