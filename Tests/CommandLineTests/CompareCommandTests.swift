import Foundation
import LArCV
import Testing

@Suite("compare")
struct CompareCommandTests {
  private static let small = [
    "compare", "--network-depth", "2", "--n-initial-filters", "3", "--bottleneck-deepest", "5",
    "--blocks-per-layer", "1", "--downsample", "5", "--json", "out.json",
  ]

  /// The figures that are tested of the file a run wrote.
  private struct Report: Decodable {
    struct Difference: Decodable {
      let name: String
      let maxDifference: Double
      let largestValue: Double
    }
    struct Mode: Decodable, Equatable {
      let mode: String
      let accuracy: Double
      let trainStepSeconds: Double
      let inferenceSeconds: Double
      let arenaBytes: Int
      let peakResidentBytes: Int
    }
    let maxLogitDifference: Double
    let maxGradientDifference: Double
    let layers: [Difference]
    let gradients: [Difference]
    let modes: [Mode]
  }

  private func report(_ scratch: Scratch) throws -> Report {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: scratch.file("out.json"))))
  }

  /// What is left of single precision, of the largest value, after some tens of layers.
  private static let tolerance = 1e-4

  @Test(
    "sparse and masked networks agree, forward and backward, and each mode has a row",
    arguments: [
      [], ["--preset", "a21"], ["--preset", "seed", "--network-depth", "2"],
      ["--conv-mode", "3D"], ["--batch-norm", "False"],
    ])
  func agree(_ options: [String]) throws {
    let scratch = try Scratch()
    let result = try Tool.run(Self.small + ["--events", "2"] + options, in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(result.error.isEmpty)
    let report = try report(scratch)
    #expect(report.maxLogitDifference < Self.tolerance, "\(report.maxLogitDifference)")
    #expect(report.maxGradientDifference < Self.tolerance, "\(report.maxGradientDifference)")
    // Both were computed, and by different ways.
    #expect(report.maxLogitDifference > 0 && report.maxGradientDifference > 0)
    #expect(report.layers.last?.name == "classifier")
    #expect(report.layers.count > 10 && report.gradients.count > 10)
    for row in report.layers {
      #expect(row.largestValue > 0, "\(row.name)")
      #expect(row.maxDifference <= Self.tolerance * row.largestValue, "\(row.name)")
    }
    #expect(report.modes.map(\.mode) == ["sparse", "dense", "masked"])
    for mode in report.modes {
      #expect((0...1).contains(mode.accuracy))
      #expect(mode.trainStepSeconds > 0 && mode.inferenceSeconds > 0)
      #expect(mode.arenaBytes > 0 && mode.peakResidentBytes > mode.arenaBytes)
      #expect(result.lines.contains { $0.hasPrefix(mode.mode) })
    }
    #expect(abs(report.modes[0].accuracy - report.modes[2].accuracy) < 1e-3)
    let last = try #require(result.lines.last)
    #expect(
      last.wholeMatch(
        of:
          /Largest difference of masked dense from sparse, relative to the largest value: logits \d\.\d\de-\d\d, gradients \d\.\d\de-\d\d/
      ) != nil, "\(last)")
    #expect(scratch.contents == ["out.json"])
  }

  /// Writes one event, so many times.
  private func write(_ path: String, times: Int) throws {
    func images(_ value: (Int) -> Float) -> [SparseImage] {
      (0..<3).map { plane in
        let ids = (0..<40).map { UInt64(($0 * 13 + plane * 5) % (64 * 32)) }.sorted()
        return SparseImage(
          meta: ImageMeta(projection: plane, voxelCounts: [64, 32]), ids: ids,
          values: ids.indices.map(value))
      }
    }
    let writer = try LArCVWriter(path: path, products: ["sbndwire", "sbnd_cosmicseg"])
    for number in 0..<times {
      try writer.append(
        EventID(run: 0, subrun: 0, event: Int64(number)),
        images: [
          ("sbndwire", images { Float(10 + $0) }), ("sbnd_cosmicseg", images { Float($0 % 3) }),
        ])
    }
    try writer.close()
  }

  @Test("the network is judged as it is, however many events there are")
  func judgedAsItIs() throws {
    let scratch = try Scratch()
    try write(scratch.file("once.h5"), times: 1)
    try write(scratch.file("thrice.h5"), times: 3)
    let accuracies = try ["once.h5", "thrice.h5"].map { file in
      // Running statistics that would follow the first step all the way.
      let result = try Tool.run(
        Self.small + [
          "--file", file, "--downsample", "0", "--events", "9", "--normalization-momentum", "1",
        ], in: scratch.path)
      #expect(result.code == 0, "\(result.error)")
      let count = file == "once.h5" ? 1 : 3
      #expect(result.lines.contains { $0.hasPrefix("\(count) events of 32×64 pixels on 3 planes") })
      return try report(scratch).modes.map(\.accuracy)
    }
    for (once, thrice) in zip(accuracies[0], accuracies[1]) { #expect(abs(once - thrice) < 1e-12) }
  }

  @Test("takes the parameters of a checkpoint, and refuses those of another network")
  func checkpoint() throws {
    let scratch = try Scratch()
    let network = Array(Self.small.dropFirst().dropLast(2))
    let trained = try Tool.run(
      ["train", "--sparse", "-i", "3", "-mb", "1", "-ld", "a", "--score-events", "0"] + network,
      in: scratch.path)
    #expect(trained.code == 0, "\(trained.error)")
    let file = "a/checkpoints/model-3.h5"
    let compared = try Tool.run(
      Self.small + ["--events", "1", "--checkpoint", file], in: scratch.path)
    #expect(compared.code == 0, "\(compared.error)")
    #expect(compared.output.contains(" parameters of \(file)\n"))
    #expect(try report(scratch).maxLogitDifference < Self.tolerance)
    let other = try Tool.run(
      Self.small + ["--checkpoint", file, "--residual", "False"], in: scratch.path)
    #expect(other.code == 65)
    #expect(other.error.hasPrefix("cosmic-tagger: \(file) has "))
    #expect(other.error.hasSuffix(": give the switches it was trained with\n"))
    #expect(other.error.split(separator: "\n").count == 1)
    expectRefusal(
      try Tool.run(Self.small + ["--checkpoint", "none.h5"], in: scratch.path), code: 74,
      "none.h5: cannot be read (No such file or directory); check the path")
  }

  static let refused: [([String], String)] = [
    (["--events", "0"], "--events 0 is not possible: use 1 to 100000"),
    (["--events", "-1"], "--events -1 is not possible: use 1 to 100000"),
    (["--threads", "0"], "--threads 0 is not possible: use 1 to 256"),
    (["--downsample", "9"], "--downsample 9 is not possible: use 0 to 8"),
    (["--n-initial-filters", "0"], "--n-initial-filters 0 is not possible: use 1 to 4096"),
    (
      ["--network-depth", "4"],
      "images of 40×64 (drift × wire) cannot be halved 4 times: use --network-depth 3 or less, or a "
        + "smaller --downsample"
    ),
  ]

  @Test("options out of range", arguments: 0..<refused.count)
  func outOfRange(number: Int) throws {
    let scratch = try Scratch()
    let (options, sentence) = Self.refused[number]
    expectRefusal(
      try Tool.run(Self.small + options, in: scratch.path), code: 64, sentence)
    #expect(scratch.contents.isEmpty)
  }

  @Test("a network that only full images have is refused before anything is computed")
  func denseForm() throws {
    let scratch = try Scratch()
    let result = try Tool.run(Self.small + ["--form", "dense"], in: scratch.path)
    expectRefusal(
      result, code: 64,
      "--upsampling bilinear is not possible: use convolutional or nearest on sites")
    #expect(scratch.contents.isEmpty)
  }

  @Test("events that are missing, and figures that cannot be written")
  func files() throws {
    let scratch = try Scratch()
    expectRefusal(
      try Tool.run(Self.small + ["--file", "none.h5"], in: scratch.path), code: 74,
      "none.h5: cannot be read (No such file or directory); check the path")
    let options = Array(Self.small.dropLast(2)) + ["--json", "none/out.json"]
    expectRefusal(
      try Tool.run(options, in: scratch.path), code: 74,
      "none/out.json cannot be written (No such file or directory): choose another --json")
    expectUsage(
      try Tool.run(["compare", "--event", "1"]),
      "Unknown option '--event'. Did you mean '--events'?")
    #expect(scratch.contents.isEmpty)
  }
}
