import Foundation

/// Reads events for another process, which is told of each over standard input, a socket.
///
/// A file that makes HDF5 crash ends this process alone; one that leads it in circles is ended by the
/// clock, and one that asks for all memory there is does not get it.
public struct ReaderService {
  /// The command that a program has for it, which nobody types.
  public static let command = "read-events"

  /// Seconds that an answer may take.
  static let longest = 60
  /// Bytes of memory beside those that the process begins with.
  private static let mostMemory = 4 << 30

  private let channel = MessageChannel(STDIN_FILENO)

  /// A service that has not begun.
  public init() {}

  /// Answers until nobody asks any more.
  public func run() throws {
    // Who stops the whole group means the other process, whose end ends this one.
    for stop in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] { signal(stop, SIG_IGN) }
    limitMemory()
    guard case .success(let task) = channel.receive() else { return }
    let source: FileEventSource
    do throws(TaggerError) {
      source = try timed { () throws(TaggerError) in try open(task) }
    } catch {
      _ = try channel.send(ReaderAnswer(refusing: error))
      return
    }
    while case .success(let question) = channel.receive() {
      let answer = timed { self.answer(to: question, source) }
      guard try channel.send(answer) == nil else { return }
    }
  }

  private func open(_ message: Data) throws(TaggerError) -> FileEventSource {
    do {
      let task: ReaderTask = try MessageChannel.decode(message)
      var data = task.configuration
      data.file = task.paths.joined(separator: ",")
      let hasLabels = try data.findingLabels(in: task.paths).readsLabels
      let source = try FileEventSource(task.paths, data)
      _ = try channel.send(
        ReaderAnswer.opened(entryCounts: source.entryCounts, hasLabels: hasLabels))
      return source
    } catch {
      throw TaggerError(error)
    }
  }

  private func answer(to question: Data, _ source: FileEventSource) -> ReaderAnswer {
    do {
      let numbers: [Int] = try MessageChannel.decode(question)
      return .event(ReadEvent(try source.event(numbers[0])))
    } catch {
      return ReaderAnswer(refusing: TaggerError(error))
    }
  }

  /// SIGALRM ends the process when work takes too long.
  private func timed<Result, Failure: Error>(
    _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    alarm(UInt32(Self.longest))
    defer { alarm(0) }
    return try work()
  }

  private func limitMemory() {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").first.flatMap { Int($0) } ?? 0
    let bytes = rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + Self.mostMemory)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(bytes, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }
}
