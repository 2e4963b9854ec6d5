import Foundation

/// A process that reads for this one, so that a file can harm nobody but it.
final class ReaderProcess {
  /// What is run.
  struct Program: Sendable {
    let path: String
    let arguments: [String]
    /// How long it may take to answer: longer than it gives itself, since whoever has taken it over can
    /// stop its own clock.
    var patience = Duration.seconds(ReaderService.longest + 30)

    /// This very program, as `ReaderService` of it.
    static let itself = Program(
      path: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        ?? "/proc/self/exe",
      arguments: [ReaderService.command])
  }

  private let process = Process()
  private let patience: Duration
  private let socket: FileHandle
  private let channel: MessageChannel

  /// Begins it.
  ///
  /// - Throws: `TaggerError` when there cannot be another process.
  init(_ program: Program) throws(TaggerError) {
    var ends: [Int32] = [-1, -1]
    // Both ends close when a program takes the process' place; the child's is its standard input.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw Self.failure("\(String(cString: strerror(errno)))")
    }
    socket = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    channel = MessageChannel(ends[0])
    patience = program.patience
    let childEnd = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    process.executableURL = URL(fileURLWithPath: program.path)
    process.arguments = program.arguments
    process.standardInput = childEnd
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    // The clock that ends it must not be shut out, as it is from threads of Dispatch.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    do {
      try process.run()
      try childEnd.close()
    } catch {
      throw Self.failure("\(error)")
    }
  }

  private static func failure(_ reason: String) -> TaggerError {
    TaggerError(
      .inputOutput,
      "no process can be begun to read for --isolate-reader (\(reason)): leave it out, or let this "
        + "user have more processes")
  }

  /// Asks for something, and waits for the answer as long as there is patience.
  func answer(
    to question: some Encodable
  ) throws -> Result<Data, MessageChannel.Interruption> {
    let deadline = SuspendingClock.now + patience
    if let interruption = try channel.send(question, by: deadline) {
      return .failure(interruption)
    }
    return channel.receive(by: deadline)
  }

  /// Ends it, and says in words why there was no answer.
  func end(after interruption: MessageChannel.Interruption) -> String {
    stop()
    switch interruption {
    case .nonsense: return "led the process that read it astray"
    case .late: return "took longer than \(patience.components.seconds) seconds to be read"
    case .ended: break
    }
    switch (process.terminationReason, process.terminationStatus) {
    case (.uncaughtSignal, SIGALRM):
      return "took longer than \(ReaderService.longest) seconds to be read"
    case (.uncaughtSignal, let signal): return "crashed the process that read it (signal \(signal))"
    case (_, let code): return "ended the process that read it (code \(code))"
    }
  }

  /// Leaves no process behind, wherever it is in a file that leads it in circles.
  ///
  /// A process that is ending by itself, which it may be when its socket is closed, keeps its own code.
  private func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  deinit { stop() }
}
