import Foundation
import Testing

@Suite("train with checkpoints")
struct CheckpointCommandTests {
  private static let small = ["train", "-mb", "1", "--no-summary-images"] + TrainTests.small
  private static let sparse = small + ["--sparse"]

  @Test("leaves them in the log's folder, and goes on from one in every mode")
  func goesOn() throws {
    let scratch = try Scratch()
    let first = try Tool.run(Self.sparse + ["-i", "7", "-ci", "2", "-ld", "a"], in: scratch.path)
    #expect(first.code == 0)
    let folder = scratch.file("a/checkpoints")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        == [".lock", "checkpoint", "model-2.h5", "model-4.h5", "model-6.h5", "model-7.h5"])
    for (number, mode) in [["--sparse"], ["--masked"], ["--dense", "--form", "sparse"]].enumerated()
    {
      for (weights, file) in [
        ("a/checkpoints/model-4.h5", "a/checkpoints/model-4.h5"),
        ("a", "a/checkpoints/model-7.h5"), ("a/checkpoints/", "a/checkpoints/model-7.h5"),
      ] {
        let next = try Tool.run(
          Self.small + mode + ["--weights", weights, "-i", "1", "-ld", "b", "-cd", "c\(number)"],
          in: scratch.path)
        #expect(next.code == 0, "\(next.error)")
        #expect(next.lines.contains("Restoring weights from  \(file)"))
        #expect(
          FileManager.default.fileExists(atPath: scratch.file("c\(number)/checkpoints/model-1.h5")))
        try FileManager.default.removeItem(atPath: scratch.file("c\(number)"))
      }
    }
  }

  /// The loss of the first step.
  private func firstLoss(_ result: Tool.Result) throws -> String {
    let line = try #require(result.lines.first { $0.hasPrefix("train Step 0") })
    return String(line.components(separatedBy: "loss: ")[1].prefix { $0 != "," })
  }

  @Test("a run that goes on begins with the loss of the network it is given")
  func sameLoss() throws {
    let scratch = try Scratch()
    // Steps without length on one event: the network stays what its seed made it.
    let steps = ["-i", "1", "-lr", "1e-30", "--data-seed", "5"]
    let first = try Tool.run(
      Self.sparse + steps + ["--seed", "1", "-ld", "a"], in: scratch.path)
    let other = try Tool.run(
      Self.sparse + steps + ["--seed", "2", "-ld", "b"], in: scratch.path)
    let again = try Tool.run(
      Self.sparse + steps + ["--seed", "2", "-ld", "c", "--weights", "a"], in: scratch.path)
    #expect([first, other, again].map(\.code) == [0, 0, 0])
    #expect(try firstLoss(again) == firstLoss(first))
    #expect(try firstLoss(again) != firstLoss(other))
  }

  @Test("weights that are absent, no checkpoint, cut short, or of another network")
  func refusals() throws {
    let scratch = try Scratch()
    let run = try Tool.run(Self.sparse + ["-i", "1", "-ld", "a"], in: scratch.path)
    #expect(run.code == 0)
    let file = "a/checkpoints/model-1.h5"
    let whole = try Data(contentsOf: URL(fileURLWithPath: scratch.file(file)))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: scratch.file("cut.h5")))
    try Data("text".utf8).write(to: URL(fileURLWithPath: scratch.file("text.h5")))
    try FileManager.default.createDirectory(
      atPath: scratch.file("empty"), withIntermediateDirectories: true)
    func train(_ weights: String, _ more: [String] = []) throws -> Tool.Result {
      let result = try Tool.run(
        Self.sparse + ["-i", "1", "-ld", "b", "--weights", weights] + more, in: scratch.path)
      #expect(!result.output.contains("train Step"))
      return result
    }
    expectRefusal(
      try train("none.h5"), code: 74,
      "none.h5: cannot be read (No such file or directory); check the path")
    expectRefusal(
      try train("empty"), code: 74,
      "empty has no checkpoints: give a file of the folder, or a folder that training wrote"
    )
    expectRefusal(
      try train("text.h5"), code: 65,
      "text.h5: is not an HDF5 file; give a file written by cosmic-tagger")
    let cut = try train("cut.h5")
    #expect(cut.code == 65)
    #expect(
      cut.error.wholeMatch(
        of:
          /cosmic-tagger: cut\.h5: is cut short: it has \d+ bytes of \d+; copy or produce the file again\n/
      ) != nil)
    let other = try train(file, ["--n-initial-filters", "3"])
    #expect(other.code == 65)
    #expect(
      other.error.wholeMatch(
        of:
          /cosmic-tagger: a\/checkpoints\/model-1\.h5 has the parameter [a-z0-9.]+ of shape \[.*\], but the network's has \[.*\]: it was trained with --n-initial-filters 2: give these\n/
      ) != nil, "\(other.error)")
    let plain = try train(file, ["--residual", "False"])
    #expect(plain.code == 65)
    #expect(plain.error.split(separator: "\n").count == 1)
    // The network in dense form is another one.
    let dense = try Tool.run(
      Self.small + ["--dense", "-i", "1", "-ld", "b", "--weights", file], in: scratch.path)
    #expect(dense.code == 65)
    #expect(dense.error.hasPrefix("cosmic-tagger: \(file) has "))
  }

  @Test("folders that cannot be made, and no steps from one checkpoint to the next")
  func options() throws {
    let scratch = try Scratch()
    try Data("text".utf8).write(to: URL(fileURLWithPath: scratch.file("text")))
    expectRefusal(
      try Tool.run(Self.sparse + ["-i", "1", "-cd", "text"], in: scratch.path), code: 74,
      "the folder \"text\" cannot be made (Not a directory): choose another --checkpoint-directory")
    for iteration in ["0", "-5"] {
      expectRefusal(
        try Tool.run(Self.sparse + ["-ci", iteration], in: scratch.path), code: 64,
        "--checkpoint-iteration \(iteration) is not possible: use 1 or more")
    }
  }
}
