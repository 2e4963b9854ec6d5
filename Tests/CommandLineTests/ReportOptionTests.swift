import Foundation
import Testing

/// Proves how commands tell what they do, as they are asked.
@Suite("Options of reporting")
struct ReportOptionTests {
  private static let train =
    ["train", "--sparse", "-mb", "1", "-i", "3", "--no-summary-images"] + TrainTests.small

  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test("json: every line is an object, and those of steps have every figure as a number")
  func json() throws {
    let scratch = try Scratch()
    let result = try Tool.run(Self.train + ["--log-format", "json"], in: scratch.path)
    #expect(result.code == 0 && result.error.isEmpty)
    let lines = try objects(result.output)
    #expect(lines.allSatisfy { $0["message"] is String && $0["time"] is String })
    #expect(lines.allSatisfy { $0["level"] as? String == "info" })
    let steps = lines.filter { $0["kind"] as? String == "train" }
    #expect(steps.compactMap { $0["step"] as? Int } == [0, 1, 2])
    #expect(steps.allSatisfy { $0["loss"] is Double && $0["Average/mIoU"] is Double })
    #expect(steps.allSatisfy { $0["forward"] is Double })
  }

  @Test("json: what ends a command is an object too")
  func jsonError() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      Self.train + ["--log-format", "json", "--clip-gradient", "0"], in: scratch.path)
    #expect(result.code == 64)
    let ends = try objects(result.error)
    #expect(ends.count == 1 && ends[0]["level"] as? String == "error")
    #expect(
      ends.first?["message"] as? String
        == "--clip-gradient 0.0 is not possible: use a number above zero")
  }

  @Test("quiet: nothing but files, and still the sentence that ends a command")
  func quiet() throws {
    let scratch = try Scratch()
    let result = try Tool.run(Self.train + ["--quiet"], in: scratch.path)
    #expect(result.code == 0 && result.output.isEmpty && result.error.isEmpty)
    let log = try String(contentsOfFile: scratch.file("log/process.log"), encoding: .utf8)
    #expect(log.contains(" - INFO - train Step 2 metrics: "))
    expectRefusal(
      try Tool.run(["iotest", "--file", "none.h5", "--quiet"], in: scratch.path), code: 74,
      "none.h5: cannot be read (No such file or directory); check the path")
  }

  @Test("verbosity: what was understood of options, and of each event that is made")
  func verbosity() throws {
    let scratch = try Scratch()
    let simulate = ["simulate", "--events", "2", "--overwrite", "--output", "x.h5"]
    #expect(try Tool.run(simulate, in: scratch.path).lines.count == 1)
    let said = try Tool.run(simulate + ["--verbosity", "1"], in: scratch.path)
    try #require(said.lines.count == 4)
    #expect(said.lines[1].hasPrefix("event 1: "))
    #expect(said.lines[2].hasSuffix(" events per second"))
    let read = try Tool.run(
      ["iotest", "--file", "x.h5", "-i", "1", "--verbosity", "1"], in: scratch.path)
    #expect(read.lines.first == "-- CONFIG --")
    #expect(read.lines.contains(" FILE..........................: x.h5"))
  }
}
