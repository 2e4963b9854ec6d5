import Files
import Foundation
import Logging
import Testing

@testable import CosmicTagger

/// Proves the files that a run leaves beside its checkpoints.
@Suite("Tables, log and lock of a run")
struct RunFilesTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: scratch.file(name), encoding: .utf8)
  }

  private func append(_ steps: Range<Int>, from step: Int, names: [String] = ["loss", "a/b"]) throws
  {
    let table = try MetricsFile(scratch.file("m.csv"), from: step)
    for step in steps {
      try table.append(
        step: step,
        names.enumerated().map { ($0.element, Double(step) + Double($0.offset) / 8) })
    }
    try table.flush()
  }

  @Test("a table has the names, and five decimals, and says what nobody can know")
  func table() throws {
    let table = try MetricsFile(scratch.file("m.csv"), from: 0)
    try table.append(step: 0, [("loss", 0.123456789), ("Average/mIoU", .nan)])
    try table.append(step: 1, [("loss", -2e9), ("Average/mIoU", 1)])
    #expect(
      try text("m.csv") == "step,loss,Average/mIoU\n0,0.12346,nan\n1,-2000000000.00000,1.00000\n")
  }

  @Test("steps that are taken again take their lines' place", arguments: 0...7)
  func resumed(at step: Int) throws {
    try append(0..<6, from: 0)
    let whole = try text("m.csv")
    try append(min(step, 6)..<6, from: step)
    #expect(try text("m.csv") == whole)
  }

  @Test("a line that was cut, and lines that are none, go with what follows them")
  func damaged() throws {
    try append(0..<4, from: 0)
    let whole = try text("m.csv")
    for cut in ["2,2.0", "2,2.00000,2.12", "half\n3,3.0,3.0\n"] {
      let kept = whole.split(separator: "\n").prefix(3).map { "\($0)\n" }.joined()
      try (kept + cut).write(toFile: scratch.file("m.csv"), atomically: false, encoding: .utf8)
      try append(2..<4, from: 2)
      #expect(try text("m.csv") == whole)
    }
  }

  @Test("a table with lines that are none is kept, and its sound lines go on", arguments: [6, 9])
  func damagedWithin(step: Int) throws {
    try append(0..<6, from: 0)
    let lines = try text("m.csv").split(separator: "\n").map(String.init)
    for damage in ["garbage", "", "2,2.0", "x,2.00000,2.12500"] {
      var damaged = lines
      damaged[3] = damage
      let content = damaged.map { "\($0)\n" }.joined()
      try content.write(toFile: scratch.file("m.csv"), atomically: false, encoding: .utf8)
      var said: [String] = []
      _ = try MetricsFile(scratch.file("m.csv"), from: step) { said.append($0) }
      let sound = (lines[..<3] + lines[4...]).map { "\($0)\n" }.joined()
      #expect(try text("m.csv") == sound)
      #expect(try text("m.csv.damaged") == content)
      #expect(said.count == 1)
    }
  }

  @Test("a table of other figures is refused, one with a header alone replaced")
  func otherFigures() throws {
    try append(0..<2, from: 0)
    let error = #expect(throws: TaggerError.self) { try append(2..<3, from: 2, names: ["loss"]) }
    #expect(error?.kind == .badData)
    #expect(
      error?.description
        == "\(scratch.file("m.csv")) has other columns than the figures of this run: choose another "
        + "--log-directory, or remove the file")
    try append(0..<1, from: 0, names: ["loss"])
    #expect(try text("m.csv") == "step,loss\n0,0.00000\n")
  }

  @Test("a log's lines have their time and level; where it fails, the console says so once")
  func log() throws {
    let lines = CapturedLog()
    let file = try LogFile(scratch.file("process.log"))
    let logger = Logger(label: "run") { _ in ProcessLog(lines.logger.handler, file) }
    logger.info("first")
    logger.warning("second\nof two lines")
    let pattern =
      /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - INFO - first\n\d{4}-.* - WARNING - second\nof two lines\n/
    #expect(try text("process.log").wholeMatch(of: pattern) != nil)
    WriteFaults.$current.withValue(WriteFaults(from: 0)) {
      logger.info("third")
      logger.info("fourth")
    }
    #expect(lines.lines.count == 5)
    #expect(
      lines.lines[3]
        == "\(scratch.file("process.log")): cannot be written (No space left on device); check its "
        + "directory and the disk's space: the run goes on without it")
    #expect(lines.lines[4] == "fourth")
  }

  @Test("a folder is one run's at a time")
  func lock() throws {
    let folder = try OutputFolder(scratch.path)
    var lock: RunLock? = try RunLock(folder, option: "--log-directory")
    let error = #expect(throws: TaggerError.self) {
      _ = try RunLock(folder, option: "--log-directory")
    }
    #expect(error?.kind == .inputOutput)
    #expect(
      error?.description
        == "the folder \"\(scratch.path)\" is in use by another run (process \(getpid())): wait for "
        + "its end, or choose another --log-directory")
    withExtendedLifetime(lock) {}
    lock = nil
    lock = try RunLock(folder, option: "--log-directory")
  }

  @Test("a loss far above those before it is told, and the watch goes on from its texts")
  func spikes() {
    var watch = LossWatch()
    for step in 0..<40 {
      #expect(watch.take(2 + 0.1 * Double(step % 5)) == nil, "step \(step)")
    }
    #expect(LossWatch(state: watch.state) == watch)
    var again = LossWatch(state: watch.state)
    let deviations = watch.take(9)
    #expect(deviations.map { $0 > LossWatch.limit } == true)
    #expect(again.take(9) == deviations)
    #expect(again.take(2.2) == nil && LossWatch(state: [:]) == LossWatch())
  }
}
