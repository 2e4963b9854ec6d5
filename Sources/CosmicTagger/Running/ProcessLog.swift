import Files
import Foundation
import Logging
import Synchronization

/// What a run says, to the console as before and into a file, each line with its time, as the original's
/// `process.log`.
struct ProcessLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  private var console: any LogHandler
  private let file: LogFile

  /// A log of both.
  init(_ console: any LogHandler, _ file: LogFile) {
    self.console = console
    logLevel = min(console.logLevel, .info)
    self.file = file
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set {
      metadata[key] = newValue
      console[metadataKey: key] = newValue
    }
  }

  func log(event: LogEvent) {
    if event.level >= console.logLevel { console.log(event: event) }
    if let failure = file.append("\(event.message)", event.level) {
      var told = event
      told.message = "\(failure): the run goes on without it"
      console.log(event: told)
    }
  }
}

/// The file of a log.
final class LogFile: Sendable {
  private struct State {
    var file: WrittenFile?
  }

  private let state: Mutex<State>

  /// Opens the file to add to it.
  ///
  /// - Throws: `FileError` when it cannot be written.
  init(_ path: String) throws(FileError) {
    let file = try WrittenFile(path, .append)
    state = Mutex(State(file: file))
  }

  /// Adds a line; the first time that this fails, says why, and writes no more.
  func append(_ message: String, _ level: Logger.Level) -> String? {
    let line = "\(Self.time()) - \(level.rawValue.uppercased()) - \(message)\n"
    return state.withLock { state in
      do {
        try state.file?.write(line)
        return nil
      } catch {
        state.file = nil
        return "\(error)"
      }
    }
  }

  /// As Python's logging writes it: `2022-10-04 16:30:21,017`.
  private static func time() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    localtime_r(&now.tv_sec, &parts)
    return String(
      format: "%04d-%02d-%02d %02d:%02d:%02d,%03d", parts.tm_year + 1900, parts.tm_mon + 1,
      parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, now.tv_nsec / 1_000_000)
  }
}
