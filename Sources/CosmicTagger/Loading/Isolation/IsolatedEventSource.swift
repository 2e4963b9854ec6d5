import Foundation

/// Events of larcv3 files that another process reads: what a file does to it, it does not do here.
///
/// HDF5 has faults of memory that a file made on purpose can use; a crash, a hang or all memory gone
/// becomes an error that names the event.  The process is begun anew for the next event.  What it sends
/// is checked once more, and it is waited for only so long.
public final class IsolatedEventSource: EventSource {
  private let task: ReaderTask
  private let program: ReaderProcess.Program
  /// What to do about an event that harms the process.
  private let remedy: String
  private var process: ReaderProcess?
  private let entryCounts: [Int]
  /// Whether all files have labels.
  let hasLabels: Bool

  /// Begins the process, which opens the files.
  ///
  /// - Throws: `TaggerError` when a file cannot be read, or ends the process.
  public convenience init(
    _ paths: [String], _ configuration: DataConfiguration
  ) throws(TaggerError) {
    try self.init(paths, configuration, program: .itself)
  }

  init(
    _ paths: [String], _ configuration: DataConfiguration, program: ReaderProcess.Program
  ) throws(TaggerError) {
    task = ReaderTask(paths, configuration)
    self.program = program
    remedy = configuration.badEventRemedy
    let process = try ReaderProcess(program)
    (entryCounts, hasLabels) = try Self.open(task, process)
    self.process = process
  }

  /// Number of entries of all files.
  public var eventCount: Int? { entryCounts.reduce(0, +) }

  /// Has one entry read; it is unpacked and checked when it is decoded.
  public func read(_ number: Int) throws(TaggerError) -> UndecodedEvent {
    let process = try openProcess()
    let name = name(of: number)
    let answer: Data
    switch try asked({ try process.answer(to: [number]) }) {
    case .success(let received): answer = received
    case .failure(let interruption):
      self.process = nil
      throw TaggerError(
        .badData,
        "\(name) \(process.end(after: interruption)): \(remedy)")
    }
    return UndecodedEvent { () throws(TaggerError) in
      guard let event = try Self.decoded(answer, of: name).event() else {
        throw Self.nonsense(name)
      }
      return event
    }
  }

  /// The process, begun anew where an event has ended it.
  private func openProcess() throws(TaggerError) -> ReaderProcess {
    if let process { return process }
    let process = try ReaderProcess(program)
    guard try Self.open(task, process).entryCounts == entryCounts else {
      throw TaggerError(
        .badData,
        "\(task.paths.joined(separator: ", ")) has other events than before: let nobody write to it "
          + "while it is read")
    }
    self.process = process
    return process
  }

  private static func open(
    _ task: ReaderTask, _ process: ReaderProcess
  ) throws(TaggerError) -> (entryCounts: [Int], hasLabels: Bool) {
    let name = task.paths.joined(separator: ", ")
    let answer: Data
    switch try asked({ try process.answer(to: task) }) {
    case .success(let received): answer = received
    case .failure(let interruption):
      throw TaggerError(
        .badData,
        "opening \(name) \(process.end(after: interruption)): copy it again, or leave it out")
    }
    switch try decoded(answer, of: name) {
    case .opened(let counts, let hasLabels): return (counts, hasLabels)
    case .refused(let kind, let sentence): throw ReaderAnswer.refusal(kind, sentence)
    case .event: throw nonsense(name)
    }
  }

  /// How messages name an event.
  private func name(of number: Int) -> String {
    var entry = number
    for (path, count) in zip(task.paths, entryCounts) {
      if entry < count { return "entry \(entry) of \(path)" }
      entry -= count
    }
    return "event \(number)"
  }

  private static func decoded(_ answer: Data, of name: String) throws(TaggerError) -> ReaderAnswer {
    do {
      return try MessageChannel.decode(answer)
    } catch {
      throw nonsense(name)
    }
  }

  private static func nonsense(_ name: String) -> TaggerError {
    TaggerError(
      .badData, "\(name) led the process that read it astray: leave it out or produce it again")
  }
}

private typealias Answer = Result<Data, MessageChannel.Interruption>

private func asked(_ question: () throws -> Answer) throws(TaggerError) -> Answer {
  do {
    return try question()
  } catch {
    throw TaggerError(error)
  }
}
