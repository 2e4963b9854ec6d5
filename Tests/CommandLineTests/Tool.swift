import Foundation
import Testing

/// The built programs, run as a user runs them.
enum Tool {
  /// A program beside the test bundle, whatever build directory that is in.
  static func path(of program: String) -> String? {
    let bundles = Bundle.allBundles.map(\.bundlePath) + [Bundle.main.bundlePath]
    // The test runner's own name may be relative, or that of a helper of the toolchain.
    let runner = CommandLine.arguments.first.map { URL(fileURLWithPath: $0).path } ?? ""
    let named = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    let candidates = (bundles + named + [runner]).flatMap { place in
      [place, (place as NSString).deletingLastPathComponent]
    }
    return candidates.map { "\($0)/\(program)" }.first { path in
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        && FileManager.default.isExecutableFile(atPath: path)
    }
  }

  /// What a run left behind.
  struct Result {
    let code: Int32
    let output: String
    let error: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Runs a program and waits for its end.
  ///
  /// - Parameter shell: how a shell should run it instead, such as `tool | head -1`.
  static func run(
    _ arguments: [String], program: String = "cosmic-tagger", in folder: String? = nil,
    shell: String = ""
  ) throws -> Result {
    let tool = try #require(path(of: program), "the program is not beside the tests")
    let scratch = try Scratch()
    let streams = try ["out", "err"].map { name in
      try Data().write(to: URL(fileURLWithPath: scratch.file(name)))
      return try #require(FileHandle(forWritingAtPath: scratch.file(name)))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: shell.isEmpty ? tool : "/bin/bash")
    process.arguments =
      shell.isEmpty
      ? arguments : ["-c", shell.replacing("tool", with: "\"$0\" \"$@\""), tool] + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // The width of help texts depends on it.
    process.environment = ProcessInfo.processInfo.environment.merging(["COLUMNS": "80"]) { $1 }
    (process.standardOutput, process.standardError) = (streams[0], streams[1])
    process.standardInput = FileHandle.nullDevice
    try withoutBlockedSignals { try process.run() }
    process.waitUntilExit()
    let texts = try ["out", "err"].map {
      try String(contentsOfFile: scratch.file($0), encoding: .utf8)
    }
    let signalled = process.terminationReason == .uncaughtSignal
    return Result(
      code: signalled ? -process.terminationStatus : process.terminationStatus, output: texts[0],
      error: texts[1])
  }
}

/// Does something with no signal blocked: tests run on threads that block most, and a process that is begun
/// there would never hear of them.
private func withoutBlockedSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
  var (none, before) = (sigset_t(), sigset_t())
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  return try body()
}

/// Files that the real larcv3 wrote, where they are at hand.
enum SharedData {
  static let folder = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["DATA_DIR"] ?? "../shared/data"
  ).path

  static let real = "\(folder)/sbnd_events_train.h5"
  static let onePlane = "\(folder)/larcv/edge_1planes.h5"
  static let twoPlanes = "\(folder)/larcv/edge_2planes.h5"
  static let odd = "\(folder)/larcv/edge.h5"

  static var isPresent: Bool { FileManager.default.fileExists(atPath: real) }

  /// The files that come with a description of what larcv3 reads from them.
  static let described: [String] = {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix(".larcv.json") }.sorted()
      .map { "\(folder)/\($0.dropLast(".larcv.json".count)).h5" }
  }()
}

/// A directory that is gone when its last reference is.
final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/command-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
