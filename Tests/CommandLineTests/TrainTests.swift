import Foundation
import Testing

@Suite("train")
struct TrainTests {
  /// A network and images so small that a run takes no time.
  static let small = [
    "--network-depth", "1", "--n-initial-filters", "2", "--bottleneck-deepest", "4",
    "--downsample", "5", "--score-events", "1",
  ]

  private static let smallForSmallImages = [
    "--network-depth", "3", "--n-initial-filters", "2", "--bottleneck-deepest", "4",
  ]

  @Test("prints configuration, parameters, steps and tables, and writes a picture")
  func simulated() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "--sparse", "-i", "5", "-li", "2", "-mb", "1", "-ld", "runs/1"] + Self.small,
      in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    let lines = result.lines
    #expect(lines.first == "-- CONFIG --")
    let listing = lines.dropFirst().prefix { $0.hasPrefix(" ") }
    let names = listing.map { $0.prefix { $0 != "." } }
    #expect(names.count > 30 && names == names.sorted())
    let rest = lines.dropFirst(1 + listing.count)
    #expect(
      rest.first?.wholeMatch(
        of: /Total number of trainable parameters in this network: \d+/) != nil)
    let steps = rest.filter { $0.hasPrefix("train Step") }
    // Every second step, and the last.
    #expect(steps.map { $0.split(separator: " ")[2] } == ["0", "2", "4"])
    let metrics =
      /train Step \d metrics: loss: [0-9.e-]+(, [a-z-]+: [0-9.e-]+|, [a-z-]+: nan){5} \(.*\)/
    let times = /\([0-9.]+ Img\/s( \/ [0-9.]+ (read|plan|wait|forward|backward|optimizer)){6}\)/
    #expect(steps.allSatisfy { $0.wholeMatch(of: metrics) != nil && $0.contains(times) })
    #expect(lines.contains { $0.hasPrefix("Total time to batch_process except first iteration: ") })
    for row in [
      "network, running statistics", "network, batch statistics", "everything active is cosmic",
      "charge above 10 is cosmic", "everything is background",
    ] {
      #expect(lines.contains { $0.hasPrefix(row) })
    }
    #expect(lines.last == "Event picture: runs/1/event_display.png")
    let picture = try Data(
      contentsOf: URL(fileURLWithPath: scratch.file("runs/1/event_display.png")))
    #expect(Array(picture.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(scratch.contents == ["runs"])
    #expect(
      try Self.left(in: scratch.file("runs/1")) == [
        ".lock", "best_event.png", "checkpoints", "checkpoints/.lock", "checkpoints/checkpoint",
        "checkpoints/model-5.h5", "config.yaml", "event_display.png", "process.log", "scores.json",
        "throughput.csv", "train", "train/events", "train_metrics.csv", "worst_event.png",
      ])
  }

  /// All files below a folder; TensorBoard's have the time and the process in their names.
  private static func left(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).map { path in
      path.contains("events.out") ? String(path.prefix { $0 != "." }) : path
    }.sorted()
  }

  @Test("computes full images where nothing else is said, and draws none if told so")
  func dense() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "-i", "2", "-mb", "1", "-ci", "1", "-cd", "kept", "--no-summary-images"]
        + Self.small, in: scratch.path)
    #expect(result.code == 0 && result.error.isEmpty)
    #expect(result.lines.contains(" SPARSE........................: False"))
    #expect(result.lines.filter { $0.hasPrefix("train Step") }.count == 2)
    #expect(
      try Self.left(in: scratch.path) == [
        "kept", "kept/checkpoints", "kept/checkpoints/.lock", "kept/checkpoints/checkpoint",
        "kept/checkpoints/model-1.h5",
        "kept/checkpoints/model-2.h5", "log", "log/.lock", "log/config.yaml", "log/process.log",
        "log/scores.json", "log/throughput.csv", "log/train", "log/train/events",
        "log/train_metrics.csv",
      ])
    // Another run begins where this one ended.
    let next = try Tool.run(
      ["train", "--config", "log/config.yaml", "--weights", "kept", "-ld", "next"],
      in: scratch.path)
    #expect(next.code == 0 && next.error.isEmpty)
    #expect(next.lines.contains("Restoring weights from  kept/checkpoints/model-2.h5"))
  }

  @Test("validates with a file, and scores the network on it")
  func validation() throws {
    let scratch = try Scratch()
    #expect(
      try Tool.run(["simulate", "--output", "aux.h5", "--events", "2"], in: scratch.path).code == 0)
    let result = try Tool.run(
      [
        "train", "--sparse", "-i", "4", "-mb", "1", "--aux-file", "aux.h5", "--aux-iteration", "2",
        "--aux-minibatch-size", "2",
      ] + Self.small, in: scratch.path)
    #expect(result.code == 0 && result.error.isEmpty)
    #expect(
      result.lines.filter { $0.hasPrefix("test Step") }.map { $0.split(separator: " ")[2] }
        == ["2", "4"])
    #expect(result.lines.contains { $0.hasPrefix("Scored 1 events of aux.h5") })
  }

  @Test(
    "takes one plane as well as two, and more events a batch than there are",
    .enabled(if: SharedData.isPresent), arguments: [1, 2])
  func planes(_ planes: Int) throws {
    let scratch = try Scratch()
    let file = planes == 1 ? SharedData.onePlane : SharedData.twoPlanes
    let result = try Tool.run(
      ["train", "--sparse", "-f", file, "-i", "2", "-mb", "40"] + Self.smallForSmallImages,
      in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(result.lines.contains(" NPLANES.......................: \(planes)"))
    #expect(result.lines.contains { $0.hasPrefix("Scored 12 training events") })
  }

  @Test("ends a run that diverges with one sentence")
  func divergence() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "--sparse", "-lr", "1e30", "-i", "100", "-mb", "1"] + Self.small,
      in: scratch.path)
    #expect(result.code == 65)
    #expect(
      result.error.wholeMatch(
        of:
          /cosmic-tagger: step \d+, events \d+: the (loss|gradient) .*; the events are in log\/nonfinite-step-\d+\.h5, the network before the step in log\/checkpoints\/model-\d+\.h5, for --file and --weights\n/

      ) != nil)
  }

  @Test("reads real events", .enabled(if: SharedData.isPresent))
  func realEvents() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "--sparse", "-f", SharedData.real, "-i", "2", "-mb", "2"] + Self.small,
      in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(result.output.filter { $0 == "\n" }.count > 40)
  }
}
