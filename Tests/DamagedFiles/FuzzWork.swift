import Foundation

/// Cases that one process works through, noting each before it begins.
///
/// HDF5 may crash, hang, or ask for all memory there is: what happens then to the process is what
/// happened to the case that it noted last.
package struct FuzzWork {
  /// Files to be damaged.
  private let sources: [[UInt8]]
  /// Where the number of the case is noted, and the damaged file is.
  private let folder: String

  private static let notes = "case"
  /// The file that says that a process came to its end.
  private static let ending = "end"

  /// Seconds of processor time that a case may take; more is a hang.
  private static let longest = 2
  /// Bytes of memory beside ten times the file that a case may take.
  private static let mostMemory = 512 << 20

  package init(sources: [[UInt8]], folder: String) {
    self.sources = sources
    self.folder = folder
  }

  /// How many: `FUZZ_CASES=100000` for a night, some hundred in every run of the tests.
  package static let caseCount = number("FUZZ_CASES") ?? 400
  /// The first one, `FUZZ_FIRST`.
  package static let first = number("FUZZ_FIRST") ?? 0
  /// Cases of one process.
  package static let share: UInt64 = 500

  private static func number(_ variable: String) -> UInt64? {
    ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
  }

  /// Shares all cases out among processes; after a case that ended its process, another one goes on with
  /// the next.
  ///
  /// - Parameters:
  ///   - folder: Where processes note their cases.
  ///   - begin: Has a process `run` some cases there, and waits for its end.
  ///   - lost: Told of each case that ended its process; of nil when a process began none, after which
  ///     no other is tried.
  package static func shareOut(
    in folder: String, _ begin: (Range<UInt64>) async throws -> Void, lost: (UInt64?) -> Void
  ) async throws {
    let ending = "\(folder)/\(Self.ending)"
    let end = first + caseCount
    var next = first
    while next < end {
      let cases = next..<min(next + share, end)
      try await begin(cases)
      if FileManager.default.fileExists(atPath: ending) {
        try FileManager.default.removeItem(atPath: ending)
        next = cases.upperBound
        continue
      }
      // The note may be that of a process before.
      let noted = noted(in: folder).flatMap { cases.contains($0) ? $0 : nil }
      lost(noted)
      guard let noted else { return }
      next = noted + 1
    }
  }

  /// Works through cases until one of them ends the process.
  package func run(_ cases: Range<UInt64>, _ read: (String) -> Void) throws {
    try limitMemory()
    let path = "\(folder)/case.h5"
    let descriptor = open("\(folder)/\(Self.notes)", O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    for number in cases {
      var note = number
      pwrite(descriptor, &note, 8, 0)
      var mutator = FileMutator(sources[Int(number % UInt64(sources.count))], seed: number)
      mutator.mutate()
      try Data(mutator.bytes).write(to: URL(fileURLWithPath: path))
      try startClock(seconds: Self.longest)
      read(path)
      try startClock(seconds: 0)
    }
    try Data().write(to: URL(fileURLWithPath: "\(folder)/\(Self.ending)"))
  }

  /// The case that a process noted last.
  private static func noted(in folder: String) -> UInt64? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(notes)"), data.count == 8
    else { return nil }
    return data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
  }

  /// Ends the process by SIGPROF after some seconds of its processor time; none stops the clock.
  private func startClock(seconds: Int) throws {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    guard setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil) == 0 else {
      throw LimitFailure()
    }
  }

  private func limitMemory() throws {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ").first.flatMap { Int($0) } ?? 0
    let size = pages * sysconf(Int32(_SC_PAGESIZE))
    let file = sources.map(\.count).max() ?? 0
    let bytes = rlim_t(size + Self.mostMemory + 10 * file)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    guard setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else {
      throw LimitFailure()
    }
  }
}

/// The system let no limit be set.
private struct LimitFailure: Error {}
