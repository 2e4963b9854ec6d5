import Testing

@Suite("Heads on the command line")
struct HeadCommandTests {
  private static let small = TrainTests.small + ["-mb", "1", "-i", "2"]

  @Test(
    "heads are trained and judged in every mode", arguments: ["--sparse", "--masked", "--dense"])
  func heads(_ mode: String) throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", mode, "--classification", "--classification-n-filters", "4", "--vertex"]
        + ["--vertex-n-filters", "4", "--vertex-depth", "1"] + Self.small, in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    let words = ["acc-event-label: ", "vertex-detection: ", "vertex-resolution: "]
    for line in result.lines where line.hasPrefix("train Step") {
      #expect(words.allSatisfy { line.contains($0) })
    }
    #expect(result.lines.contains { $0.hasPrefix("Heads, running statistics: acc-event-label ") })
  }

  @Test("a file without the truth that heads need is refused by its producer")
  func headsWithoutTruth() throws {
    let scratch = try Scratch()
    _ = try Tool.run(["simulate", "--output", "train.h5", "--events", "1"], in: scratch.path)
    let result = try Tool.run(
      ["train", "--sparse", "-f", "train.h5", "--vertex", "--vertex-depth", "1"] + Self.small,
      in: scratch.path)
    expectRefusal(
      result, code: 64,
      "train.h5: has no particle of producer \"sbndneutrino\"; it has no product of this type")
  }
}
