import Foundation
import Testing

@Suite("--isolate-reader", .enabled(if: SharedData.isPresent))
struct IsolationTests {
  @Test("reads what is read without it, and counts the same")
  func iotest() throws {
    let command = ["iotest", "-f", SharedData.real, "-i", "2", "-mb", "3"]
    let (plain, isolated) = try (Tool.run(command), Tool.run(command + ["--isolate-reader"]))
    #expect(isolated.code == 0)
    #expect(isolated.error.isEmpty)
    let counted = isolated.lines.first { $0.hasPrefix("Active pixels per image") }
    #expect(counted != nil)
    #expect(plain.lines.contains(counted ?? ""))
  }

  @Test("trains and labels to the bit what is trained and labelled without it")
  func training() throws {
    let scratch = try Scratch()
    var scores: [Data] = []
    var losses: [[String]] = []
    for option in [[], ["--isolate-reader"]] {
      let folder = scratch.file("log\(option.count)")
      let trained = try Tool.run(
        ["train", "--sparse", "-f", SharedData.real, "--preset", "a21", "--downsample", "3"]
          + ["--network-depth", "3", "-mb", "2", "-i", "2", "-ld", folder] + option)
      #expect(trained.code == 0)
      losses.append(
        trained.lines.compactMap { $0.firstMatch(of: /loss: [\d.]+/)?.0 }.map(String.init))
      let output = "\(folder)/scores.h5"
      let applied = try Tool.run(
        ["inference", "-f", SharedData.real, "--checkpoint", folder, "--output", output] + option)
      #expect(applied.code == 0)
      scores.append(try Data(contentsOf: URL(filePath: output)))
    }
    #expect(losses[0].count >= 2)
    #expect(losses[0] == losses[1])
    #expect(scores[0] == scores[1])
  }

  @Test("says of a bad file what is said without it")
  func refusals() throws {
    for file in ["/nonexistent.h5", #filePath] {
      let command = ["iotest", "-f", file, "-i", "1", "-mb", "1"]
      let (plain, isolated) = try (Tool.run(command), Tool.run(command + ["--isolate-reader"]))
      #expect(plain.code != 0)
      #expect(isolated.code == plain.code)
      #expect(isolated.error == plain.error)
    }
  }

  @Test("reads nothing for nobody")
  func nobody() throws {
    #expect(try Tool.run(["read-events"]).code == 0)
  }
}
