import Foundation
import LArCV
import Testing

/// Runs inference as a production does: to its end, and interrupted.
@Suite("inference")
struct InferenceCommandTests {
  /// A small network, and events to apply it to.
  private struct Setting {
    let scratch: Scratch

    /// - Parameter events: how many; one takes some milliseconds.
    init(events: Int = 6) throws {
      scratch = try Scratch()
      let writer = try LArCVWriter(
        path: scratch.file("in.h5"), products: ["sbndwire", "sbnd_cosmicseg"])
      for number in 0..<events {
        let images = (0..<3).map { plane in
          let ids = (0..<512).filter { ($0 * 31 + number * 7 + plane) % 11 < 4 }
          return SparseImage(
            meta: ImageMeta(projection: plane, voxelCounts: [32, 16]), ids: ids.map(UInt64.init),
            values: ids.map { Float($0 % 29) + 1 })
        }
        let labels = images.map { image in
          SparseImage(
            meta: image.meta, ids: image.ids, values: image.ids.map { Float($0 / 5 % 3) })
        }
        try writer.append(
          EventID(run: 1, subrun: 2, event: Int64(number)),
          images: [("sbndwire", images), ("sbnd_cosmicseg", labels)])
      }
      try writer.close()
      let trained = try Tool.run(
        ["train", "--sparse", "-f", "in.h5", "-mb", "1", "-i", "1", "-ld", "log"]
          + [
            "--no-summary-images", "--network-depth", "1", "--n-initial-filters", "2",
            "--bottleneck-deepest", "4", "--blocks-deepest-layer", "1", "--score-events", "0",
          ],
        in: scratch.path)
      #expect(trained.code == 0, "\(trained.error)")
    }

    func infer(_ more: [String], output: String = "out.h5") throws -> Tool.Result {
      try Tool.run(
        ["inference", "-f", "in.h5", "--checkpoint", "log", "--output", output] + more,
        in: scratch.path)
    }

    func data(_ name: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: scratch.file(name)))
    }

    func exists(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: scratch.file(name))
    }
  }

  @Test("writes scores, figures and a report, and leaves nothing else")
  func complete() throws {
    let setting = try Setting()
    let result = try setting.infer(["-mb", "2", "--metrics-file", "events.csv", "-li", "2"])
    #expect(result.code == 0 && result.error.isEmpty, "\(result.error)")
    #expect(result.lines.filter { $0.hasPrefix("ana Step ") }.count == 2)
    #expect(result.lines.contains("Inference report: 3 batches processed for 6 entries."))
    let figures = [
      "accuracy", "acc-non-zero", "acc-neutrino", "acc-cosmic-iou", "acc-neutrino-iou",
      "acc-miou",
    ]
    for name in figures {
      let line = result.lines.first { $0.hasPrefix("  \(name): ") }
      #expect(line?.contains(/: (0\.\d{4}|1\.0000|nan)$/) == true, "\(line ?? "no \(name)")")
    }
    #expect(setting.scratch.contents == ["events.csv", "in.h5", "log", "out.h5"])
    let table = try String(contentsOfFile: setting.scratch.file("events.csv"), encoding: .utf8)
    let rows = table.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(rows.count == 7 && Set(rows.map(\.count)) == [4 + 3 + 3 * 6])
    #expect(rows.dropFirst().map { $0[0] } == ["0", "1", "2", "3", "4", "5"])
    let (input, output) = try (
      LArCVReader(path: setting.scratch.file("in.h5")),
      LArCVReader(path: setting.scratch.file("out.h5"))
    )
    #expect(output.entryCount == 6)
    for entry in 0..<6 {
      #expect(try output.eventID(entry: entry) == input.eventID(entry: entry))
    }
  }

  @Test("takes the original's spelling, and begins and ends where it is told")
  func spelling() throws {
    let setting = try Setting()
    let whole = try setting.infer(["-mb", "1"], output: "whole.h5")
    #expect(whole.code == 0, "\(whole.error)")
    for line in [
      "inference -f in.h5 --aux-file part.h5 -ld log --sparse True -mb 1 -i 1 --start-index 1",
      "mode=inference data.paths.test=in.h5 mode.weights_location=log run.minibatch_size=1 "
        + "run.iterations=1 mode.start_index=1 --output part.h5",
      "inference --config log/config.yaml -f in.h5 --output part.h5 -mb 1 -i 1 --start-index 1",
    ] {
      let result = try Tool.run(
        line.split(separator: " ").map(String.init), in: setting.scratch.path)
      #expect(result.code == 0, "\(line): \(result.error)")
      #expect(result.lines.contains("Inference report: 1 batches processed for 1 entries."))
      let (all, part) = try (
        LArCVReader(path: setting.scratch.file("whole.h5")),
        LArCVReader(path: setting.scratch.file("part.h5"))
      )
      #expect(part.entryCount == 1 && part.products == all.products)
      for product in part.products {
        #expect(
          try part.sparseImages(product, entry: 0) == all.sparseImages(product, entry: 1))
      }
    }
  }

  /// Runs the command, and ends it by signals after some milliseconds; its exit code.
  private func run(
    _ setting: Setting, signal: String, after milliseconds: Int
  ) throws -> Tool.Result {
    try Tool.run(
      ["inference", "-f", "in.h5", "--checkpoint", "log", "--output", "out.h5", "-mb", "1"],
      in: setting.scratch.path,
      shell: "set -m; tool & sleep \(Double(milliseconds) / 1000); kill -\(signal) $!; wait $!")
  }

  /// Events of runs that are interrupted: some seconds of work.
  private static let many = 200

  @Test("that is killed again and again ends with the bytes of a run that was not")
  func killed() throws {
    let setting = try Setting(events: Self.many)
    let whole = try setting.infer(["-mb", "1"], output: "whole.h5")
    #expect(whole.code == 0, "\(whole.error)")
    var random = SystemRandomNumberGenerator()
    for _ in 0..<6 where !setting.exists("out.h5") {
      let result = try run(setting, signal: "KILL", after: .random(in: 20...300, using: &random))
      #expect(result.code == 0 || result.code == 137, "\(result.error)")
    }
    // It has its name before the journal goes: one killed in between is complete, and made again.
    if setting.exists("out.h5") { #expect(try setting.data("out.h5") == setting.data("whole.h5")) }
    let last = try setting.infer(["-mb", "1"])
    #expect(last.code == 0, "\(last.error)")
    #expect(try setting.data("out.h5") == setting.data("whole.h5"))
    #expect(setting.scratch.contents == ["in.h5", "log", "out.h5", "whole.h5"])
  }

  /// A run that was interrupted by a signal after at least a batch, and what it said.
  private func interrupted(by signal: String) throws -> (setting: Setting, result: Tool.Result) {
    let setting = try Setting(events: Self.many)
    for milliseconds in stride(from: 60, to: 2000, by: 60) {
      try Data("old".utf8).write(to: URL(fileURLWithPath: setting.scratch.file("out.h5")))
      let result = try run(setting, signal: signal, after: milliseconds)
      if setting.exists("out.h5.progress"), result.output.contains("ana Step ") {
        return (setting, result)
      }
    }
    throw NeverInterrupted()
  }

  private struct NeverInterrupted: Error {}

  @Test(
    "that is asked to end says how to go on, and goes on", arguments: [("INT", 130), ("TERM", 143)])
  func asked(_ signal: String, _ code: Int32) throws {
    let (setting, result) = try interrupted(by: signal)
    #expect(result.code == code, "\(result.error)")
    #expect(try setting.data("out.h5") == Data("old".utf8))
    let kept = try #require(
      result.error.firstMatch(
        of:
          /cosmic-tagger: (\d+) of 200 events are scored, and kept in out\.h5\.progress: the same command goes on after them\n/
      ))
    let next = try setting.infer(["-mb", "1"])
    #expect(next.code == 0)
    #expect(next.lines.contains("Going on after \(kept.1) of 200 events"))
    let whole = try setting.infer(["-mb", "1"], output: "whole.h5")
    #expect(whole.code == 0)
    #expect(try setting.data("out.h5") == setting.data("whole.h5"))
    let report = { (result: Tool.Result) in result.lines.filter { $0.hasPrefix("  ") } }
    #expect(report(next) == report(whole))
  }

  @Test("of another run is not continued, unless it is begun anew")
  func otherRun() throws {
    let (setting, _) = try interrupted(by: "INT")
    func refused(_ more: [String], _ words: String) throws {
      let result = try setting.infer(more)
      #expect(result.code == 64)
      #expect(result.error.contains(words), "\(result.error)")
      #expect(result.error.split(separator: "\n").count == 1)
    }
    try refused(["-mb", "2"], "of a run with another minibatch-size (1, now 2): give what it was")
    try refused(["-mb", "1", "--prefix", "x"], "another prefix (cosmictagger, now x)")
    try refused(["-mb", "1", "--masked"], "another mode (sparse, now masked)")
    let anew = try setting.infer(["-mb", "2", "--restart"])
    #expect(anew.code == 0 && !anew.output.contains("Going on"))
    #expect(!setting.exists("out.h5.progress"))
  }

  @Test("refuses files that are one, absent networks, and events that are not there")
  func refusals() throws {
    let setting = try Setting()
    expectRefusal(
      try setting.infer([], output: "in.h5"), code: 64,
      "--output would replace in.h5, which is read: name another file")
    expectRefusal(
      try setting.infer(["--metrics-file", "out.h5"]), code: 64,
      "--output out.h5 and --metrics-file out.h5 are in each other's way: name two files")
    expectRefusal(
      try setting.infer(["--start-index", "6"]), code: 64,
      "--start-index 6 is not possible: in.h5 has 6 events, counted from 0")
    expectRefusal(
      try setting.infer(["-i", "0"]), code: 64,
      "--iterations 0 is not possible: use 1 or more")
    expectRefusal(
      try setting.infer(["--checkpoint", "none.h5"]), code: 74,
      "none.h5: cannot be read (No such file or directory); check the path")
    expectRefusal(
      try setting.infer(["--checkpoint", "in.h5"]), code: 65,
      "in.h5: is not a checkpoint; give one that training wrote")
    let lacking = try setting.infer(["--label-producer", "none"])
    #expect(lacking.code == 64 && lacking.error.contains("has no sparse2d of producer \"none\""))
    expectUsage(
      try Tool.run(["inference", "-f", "in.h5", "--output", "x.h5"]),
      "there is no network to apply: give one with --checkpoint")
    #expect(setting.scratch.contents == ["in.h5", "log"])
  }
}
