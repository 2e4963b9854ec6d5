import Foundation
import Testing

/// Proves what a user of `mpirun` sees.
@Suite("Several processes", .enabled(if: Launcher.isPresent), .serialized)
struct RankTests {
  /// A small network on small images.
  private static let small = [
    "--sparse", "--preset", "a21", "--downsample", "5", "--network-depth", "3", "--threads", "1",
    "--no-tensorboard",
  ]

  private func steps(_ result: Tool.Result) -> [String] {
    result.lines.filter { $0.hasPrefix("train Step") }.map { line in
      line.firstMatch(of: /loss: [\d.]+, accuracy: [\d.]+/).map { String($0.0) } ?? ""
    }
  }

  @Test("train -d prints and writes once, and learns what one process learns")
  func training() throws {
    let scratch = try Scratch()
    let command = ["train"] + Self.small + ["-mb", "3", "-i", "2", "--score-events", "1"]
    let one = try Tool.run(command + ["-ld", scratch.file("one")])
    let two = try Launcher.run(
      2, command + ["-d", "--sync-batch-norm", "-ld", scratch.file("two")])
    #expect(two.code == 0, "\(two.error)")
    #expect(steps(one).count == 2)
    #expect(steps(one) == steps(two))
    #expect(two.output.contains("exchange"))
    #expect(FileManager.default.fileExists(atPath: scratch.file("two/checkpoints/model-2.h5")))
  }

  @Test("-d works without mpirun")
  func alone() throws {
    let scratch = try Scratch()
    let command = ["train"] + Self.small + ["-mb", "1", "-i", "1", "--score-events", "0"]
    let run = try Tool.run(command + ["-d", "-ld", scratch.file("log")])
    #expect(run.code == 0, "\(run.error)")
    #expect(steps(run).count == 1)
  }

  @Test(
    "wrong usage is said once", arguments: [["--no-such-option"], ["--checkpoint-iteration", "0"]])
  func usage(_ wrong: [String]) throws {
    let scratch = try Scratch()
    let run = try Launcher.run(2, ["train", "-d", "-ld", scratch.file("log")] + wrong)
    #expect(run.code == 64)
    #expect(run.error.components(separatedBy: "checkpoint-iteration 0").count <= 2)
    #expect(run.error.components(separatedBy: "no-such-option").count <= 3)
  }

  @Test("a file that is not there ends all ranks by one sentence")
  func missing() throws {
    let scratch = try Scratch()
    for distribution in ["shard", "scatter"] {
      let run = try Launcher.run(
        2,
        ["train", "-d", "--distribute", distribution, "-ld", scratch.file("log")]
          + ["-f", scratch.file("none.h5")])
      #expect(run.code == 74)
      #expect(run.error.components(separatedBy: "cosmic-tagger: ").count == 2, "\(run.error)")
    }
  }

  @Test("several processes are asked for by -d alone")
  func options() throws {
    for option in [["--balance"], ["--sync-batch-norm"], ["--distribute", "scatter"]] {
      let run = try Tool.run(["train"] + option)
      #expect(run.code == 64)
      #expect(run.error.contains("give --distributed with it"))
    }
  }

  @Test("inference -d writes the same bytes", .enabled(if: SharedData.isPresent))
  func inference() throws {
    let scratch = try Scratch()
    let log = scratch.file("log")
    let trained = try Tool.run(
      ["train"] + Self.small + ["-f", SharedData.real, "-mb", "2", "-i", "1", "-ld", log]
        + ["--score-events", "0"])
    #expect(trained.code == 0)
    var outputs: [Data] = []
    for ranks in [1, 2] {
      let output = scratch.file("scores\(ranks).h5")
      let command =
        ["inference", "-f", SharedData.real, "--checkpoint", log, "-mb", "1"]
        + ["--output", output, "--metrics-file", scratch.file("figures\(ranks).csv")]
      let run = try ranks == 1 ? Tool.run(command) : Launcher.run(ranks, command + ["-d"])
      #expect(run.code == 0, "\(run.error)")
      outputs.append(try Data(contentsOf: URL(filePath: output)))
    }
    #expect(outputs[0] == outputs[1])
    let tables = try [1, 2].map {
      try String(contentsOfFile: scratch.file("figures\($0).csv"), encoding: .utf8)
    }
    #expect(tables[0] == tables[1])
  }

  @Test(
    "iotest -d counts what one process counts", .enabled(if: SharedData.isPresent),
    arguments: [[], ["--distribute", "scatter"], ["--balance"]])
  func reading(_ options: [String]) throws {
    let command = ["iotest", "-f", SharedData.real, "-i", "3", "-mb", "3"]
    let (one, two) = try (Tool.run(command), Launcher.run(2, command + ["-d"] + options))
    let counted = one.lines.first { $0.hasPrefix("Active pixels per image") }
    #expect(two.code == 0)
    #expect(counted != nil && two.lines.filter { $0 == counted }.count == 1)
  }
}
