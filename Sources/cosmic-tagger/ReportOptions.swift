import ArgumentParser
import Foundation
import Logging
import Telemetry

/// How a command tells what it does.
struct ReportOptions: ParsableArguments {
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @Flag(help: "Say nothing but warnings and errors; files are written all the same.")
  var quiet = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much is said.",
      discussion:
        "From 1 on, also what was understood of the options, and of each event that is made; "
        + "from 2 on, train prints the size of every layer.",
      valueName: "level"))
  var verbosity = 0

  @Option(
    help: ArgumentHelp(
      "Form of the lines that are printed.",
      discussion: "json: an object a line, with time, level, message and, of steps, every figure."))
  var logFormat = Format.text

  /// Prints what a run reports, line by line; progress is silenced where that is asked.
  func logger() -> Logger {
    if quiet { ProgressBar.silence() }
    Output.isJSON.withLock { $0 = logFormat == .json }
    var logger = Logger(label: "cosmic-tagger") { _ in
      logFormat == .json ? JSONLog() as any LogHandler : PlainLog()
    }
    logger.logLevel = quiet ? .warning : verbosity > 0 ? .debug : .info
    return logger
  }
}

/// A log that prints messages as they are: they are the program's output.
struct PlainLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    Output.print("\(event.message)")
  }
}

/// A log for programs: each message is a JSON object on a line of its own.
struct JSONLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let said = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
    let line = Self.line(
      said.mapValues { "\($0)" }, level: event.level.rawValue, message: "\(event.message)")
    if let line { Output.print(line) }
  }

  /// An object of what is said, with the time.
  static func line(_ said: [String: String], level: String, message: String) -> String? {
    var fields = said.mapValues { Field($0) }
    fields["time"] = .text(Date.now.ISO8601Format(.init(includingFractionalSeconds: true)))
    fields["level"] = .text(level)
    fields["message"] = .text(message)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts and finite numbers can always be encoded.
    return (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A number where it is one, null for one that nobody can know, otherwise a text.
  private enum Field: Encodable {
    case number(Double)
    case whole(Int)
    case unknown
    case text(String)

    init(_ text: String) {
      if let whole = Int(text) {
        self = .whole(whole)
      } else if let number = Double(text) {
        self = number.isFinite ? .number(number) : .unknown
      } else {
        self = .text(text)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .whole(let whole): try container.encode(whole)
      case .unknown: try container.encodeNil()
      case .text(let text): try container.encode(text)
      }
    }
  }
}
