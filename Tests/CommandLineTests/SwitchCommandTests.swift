import CosmicTagger
import Foundation
import Testing

@Suite("Switches on the command line")
struct SwitchCommandTests {
  private static let small = TrainTests.small + ["-mb", "1", "-i", "2"]

  /// The steps of a run, without their times.
  private func steps(_ result: Tool.Result) -> [String] {
    result.lines.filter { $0.hasPrefix("train Step") }.map { String($0.prefix { $0 != "(" }) }
  }

  @Test(
    "the options of files are those of the help texts",
    arguments: ["train", "compare", "profile", "iotest", "build_net"])
  func scope(_ command: String) throws {
    let help = try Tool.run([command, "--help"]).output
    let names = help.matches(of: /(?m)^  (?:-[a-z]+, )*(--[a-z0-9-]+)/).map { String($0.output.1) }
    let known = OptionScope.options(of: command)
    #expect(known.subtracting(names) == [])
    // What is no matter of configuration: what is measured, and where it goes.
    let own: Set<String> = [
      "--help", "--json", "--trace", "--steps", "--warm-up", "--top", "--checkpoint", "--events",
    ]
    #expect(Set(names).subtracting(known).subtracting(own) == [])
  }

  @Test("the configuration that a run leaves gives the same run again")
  func configuration() throws {
    let scratch = try Scratch()
    let first = try Tool.run(
      ["train", "--sparse", "True", "-ld", "first", "--seed", "3", "-gr", "linear"] + Self.small,
      in: scratch.path)
    #expect(first.code == 0)
    let again = try Tool.run(
      ["train", "--config", "first/config.yaml", "-ld", "second"], in: scratch.path)
    #expect(again.code == 0)
    #expect(steps(first).count == 2)
    #expect(steps(again) == steps(first))
    let files = try ["first", "second"].map {
      try String(contentsOfFile: scratch.file("\($0)/config.yaml"), encoding: .utf8)
    }
    #expect(files[1] == files[0].replacing("first", with: "second"))
  }

  @Test("a run as in 2019, on full images, prints its configuration as that version did")
  func seed() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      [
        "train", "--preset", "seed", "--max-voxels", "60000", "-m", "CPU", "--share-weights",
        "True",
      ]
        + [
          "--network-depth", "1", "--n-initial-filters", "2", "--res-blocks-final", "1", "-i", "1",
          "--downsample", "5", "--score-events", "0",
        ], in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(result.lines.first == "-- CONFIG --")
    #expect(result.lines.contains(" MINIBATCH_SIZE = 1"))
    #expect(result.lines.contains(" SPARSE = False"))
    #expect(result.lines.contains(" SHAPE = [40, 64]"))
    #expect(result.lines.contains(" MAX_VOXELS = 60000"))
    #expect(steps(result).count == 1)
  }

  @Test("validation reads the other file, at its steps")
  func validation() throws {
    let scratch = try Scratch()
    for (name, seed) in [("train.h5", "1"), ("test.h5", "2")] {
      let made = try Tool.run(
        ["simulate", "--output", name, "--events", "2", "--seed", seed], in: scratch.path)
      #expect(made.code == 0)
    }
    let result = try Tool.run(
      ["train", "--sparse", "-f", "train.h5", "--aux-file", "test.h5", "--aux-iteration", "2"]
        + ["--aux-minibatch-size", "1"] + TrainTests.small + ["-mb", "1", "-i", "5"],
      in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    let tests = result.lines.filter { $0.hasPrefix("test Step") }
    #expect(tests.map { $0.split(separator: " ")[2] } == ["2", "4"])
    #expect(tests.allSatisfy { $0.contains("acc-neutrino-iou: ") && $0.contains(" Img/s") })
  }

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

  @Test("every switch is listed with its meaning, and inference says that it is not there")
  func lists() throws {
    let listed = try Tool.run(["switches"])
    #expect(listed.code == 0)
    for name in Switch.flags.map(\.name) + Switch.keys.map(\.name) {
      #expect(listed.lines.contains { $0.hasPrefix("  \(name): ") }, "\(name)")
    }
    for arguments in [["inference", "--file", "x.h5"], ["mode=inference"]] {
      expectRefusal(
        try Tool.run(arguments), code: 64,
        "inference is not there yet: train --weights FILE --score-events N judges a checkpoint")
    }
  }
}
