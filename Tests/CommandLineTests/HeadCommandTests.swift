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

  @Test("simulated files have the truth that heads need; another producer's is refused by its name")
  func simulatedTruth() throws {
    let scratch = try Scratch()
    _ = try Tool.run(["simulate", "--output", "train.h5", "--events", "1"], in: scratch.path)
    let train =
      ["train", "--sparse", "-f", "train.h5", "--vertex", "--vertex-depth", "1"]
      + ["--vertex-n-filters", "4", "--classification", "--classification-n-filters", "4"]
      + Self.small
    let result = try Tool.run(train, in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(result.lines.contains { $0.contains("acc-event-label: ") })
    let refused = try Tool.run(train + ["--truth-producer", "other"], in: scratch.path)
    expectRefusal(
      refused, code: 64,
      "train.h5: has no particle of producer \"other\"; choose among sbndneutrino")
  }
}
