import Foundation
import Testing

@Suite("Help")
struct HelpTests {
  /// Rewrites the snapshots instead of comparing when `UPDATE_SNAPSHOTS` is 1.
  private static let updates = ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1"

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")

  @Test(
    "of the program and of every command is what it was",
    arguments: [
      "", "train", "inference", "show", "report", "compare", "profile", "iotest", "inspect",
      "simulate", "build_net", "switches",
    ])
  func snapshot(_ command: String) throws {
    let result = try Tool.run((command.isEmpty ? [] : [command]) + ["--help"])
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    let text = result.output
    let file = Self.folder.appendingPathComponent("\(command.isEmpty ? "help" : command).txt")
    if Self.updates {
      try text.write(to: file, atomically: true, encoding: .utf8)
    } else {
      let expected = try String(contentsOf: file, encoding: .utf8)
      #expect(text == expected, "UPDATE_SNAPSHOTS=1 accepts the new text")
    }
  }

  @Test("is what the program prints when it is asked for nothing")
  func nothing() throws {
    let result = try Tool.run([])
    #expect(result.code == 0)
    #expect(result.output == (try Tool.run(["--help"]).output))
  }
}
