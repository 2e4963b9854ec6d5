import Foundation
import Testing

/// Proves what becomes of runs that are stopped from outside.
@Suite("train, stopped and begun again")
struct ResumeCommandTests {
  private static let run =
    ["train", "-mb", "1", "--no-summary-images", "-ci", "3", "-i", "40"]
    + TrainTests.small

  /// Runs until it ends, or a signal is sent after a time.
  private func train(
    _ arguments: [String], in scratch: Scratch, signal: String, after seconds: Double
  ) throws -> Tool.Result {
    try Tool.run(
      arguments, in: scratch.path,
      shell: "set -m; tool & p=$!; (sleep \(seconds); kill -s \(signal) $p) 2>/dev/null & wait $p")
  }

  private func expectSame(_ scratch: Scratch) throws {
    for file in ["train_metrics.csv", "checkpoints/model-40.h5", "checkpoints/model-39.h5"] {
      let contents = ["one", "two"].map {
        FileManager.default.contents(atPath: scratch.file("\($0)/\(file)"))
      }
      #expect(contents[0] != nil && contents[0] == contents[1], "\(file)")
    }
  }

  @Test(
    "killed at random moments, it goes on to the same bytes", arguments: ["--sparse", "--dense"])
  func killed(mode: String) throws {
    let scratch = try Scratch()
    let whole = try Tool.run(Self.run + [mode, "-ld", "one"], in: scratch.path)
    #expect(whole.code == 0, "\(whole.error)")
    var kills = 0
    for attempt in 0..<8 {
      let seconds = 0.1 + 0.12 * Double(attempt) + .random(in: 0..<0.1)
      let result = try train(
        Self.run + [mode, "-ld", "two"], in: scratch, signal: "KILL", after: seconds)
      kills += result.code == 0 ? 0 : 1
    }
    #expect(kills > 0)
    let last = try Tool.run(Self.run + [mode, "-ld", "two"], in: scratch.path)
    #expect(last.code == 0, "\(last.error)")
    try expectSame(scratch)
  }

  @Test(
    "asked to stop, it ends with a checkpoint and says how to go on",
    arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func asked(signal: String, code: Int32) throws {
    let scratch = try Scratch()
    var arguments = Self.run + ["--sparse", "-ld", "log"]
    arguments[arguments.firstIndex(of: "40") ?? 0] = "100000"
    let result = try train(arguments, in: scratch, signal: signal, after: 1)
    #expect(result.code == code)
    let match = try #require(
      result.error.firstMatch(
        of:
          /cosmic-tagger: stopped after (\d+) of 100000 steps, with (log\/checkpoints\/model-\d+\.h5): the same command goes on from there\n/
      ), "\(result.error)")
    let steps = try #require(Int(match.1))
    #expect(FileManager.default.fileExists(atPath: scratch.file(String(match.2))))
    let table = try String(contentsOfFile: scratch.file("log/train_metrics.csv"), encoding: .utf8)
    #expect(table.split(separator: "\n").count == steps + 1)
  }

  @Test("a signal that was ignored when it began, as by nohup, stays ignored")
  func ignored() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      Self.run + ["--sparse", "-ld", "log"], in: scratch.path,
      shell: "trap '' HUP; tool & p=$!; (sleep 0.3; kill -HUP $p) & wait $p")
    #expect(result.code == 0, "\(result.error)")
    #expect(FileManager.default.fileExists(atPath: scratch.file("log/checkpoints/model-40.h5")))
  }

  @Test("asked twice at once, as batch systems do, it still ends with a checkpoint")
  func askedTwice() throws {
    let scratch = try Scratch()
    var arguments = Self.run + ["--sparse", "-ld", "log"]
    arguments[arguments.firstIndex(of: "40") ?? 0] = "100000"
    let result = try Tool.run(
      arguments, in: scratch.path,
      shell: "set -m; tool & p=$!; (sleep 1; kill -TERM $p; kill -TERM $p) & wait $p")
    #expect(result.code == 143)
    #expect(result.error.contains("the same command goes on from there"), "\(result.error)")
  }

  @Test("a second run does not come into the folder of one that runs")
  func locked() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      Self.run + ["--sparse", "-ld", "log"], in: scratch.path,
      shell: "tool > first & sleep 0.4; tool; c=$?; kill %1; wait %1; exit $c")
    #expect(result.code == 74)
    #expect(
      result.error.contains(
        /the folder "log" is in use by another run \(process \d+\): wait for its end, or choose another --log-directory/
      ), "\(result.error)")
  }
}
