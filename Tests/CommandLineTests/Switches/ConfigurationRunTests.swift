import Foundation
import Testing

@Suite("Runs from configuration files")
struct ConfigurationRunTests {
  /// The lines of a file of a scratch folder, without those that say where a run writes.
  private func configuration(_ scratch: Scratch, _ folder: String) throws -> [String] {
    try String(contentsOfFile: scratch.file("\(folder)/config.yaml"), encoding: .utf8)
      .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("log-directory:") }
  }

  private func metrics(_ result: Tool.Result) -> [String] {
    result.lines.filter { $0.hasPrefix("train Step") || $0.hasPrefix("test Step") }
      .map { String($0.prefix { $0 != "(" }) }
  }

  static let runs: [[String]] = [
    ["--sparse", "-mb", "1", "-lr", "1e-3", "--loss-balance-scheme", "light"],
    ["--preset", "a21", "--dense", "-mb", "1", "-o", "rmsprop", "-rw", "1e-3", "-bl", "True"],
    ["--masked", "-gr", "multiplicative", "--connections", "none", "-bn", "False", "-mb", "2"],
    [
      "--sparse", "--conv-mode", "3D", "--seed", "5", "--data-seed", "7", "--img-transform", "True",
      "--metrics", "pooled", "--no-summary-images", "--site-index", "bitmap", "--threads", "1",
      "--shape", "40", "64", "--nplanes", "3",
    ],
    ["--preset", "seed", "-i", "2", "--downsample", "5", "--max-voxels", "100000"],
  ]

  @Test("are the runs that left them, digit by digit", arguments: 0..<runs.count)
  func roundTrip(_ number: Int) throws {
    let scratch = try Scratch()
    let small = number < 4 ? TrainTests.small : ["--network-depth", "1", "--score-events", "1"]
    let first = try Tool.run(
      ["train", "-i", "3", "-ld", "a"] + small + Self.runs[number], in: scratch.path)
    #expect(first.code == 0 && first.error.isEmpty)
    let second = try Tool.run(
      ["train", "--config", "a/config.yaml", "-ld", "b"], in: scratch.path)
    #expect(second.code == 0 && second.error.isEmpty)
    #expect(try configuration(scratch, "a") == configuration(scratch, "b"))
    #expect(metrics(first) == metrics(second) && !metrics(first).isEmpty)
  }

  /// The configuration of a run that goes no further: images so small cannot be halved.
  private func resolved(_ arguments: [String], _ folder: String, _ scratch: Scratch) throws
    -> [String]
  {
    let result = try Tool.run(
      ["train"] + arguments + ["--downsample", "8", "--max-voxels", "1000000", "-ld", folder],
      in: scratch.path)
    #expect(result.code == 64)
    #expect(result.error.contains("cannot be halved"), "\(result.error)")
    return try configuration(scratch, folder)
  }

  @Test(
    "have the network that was left, for every preset in each of its forms",
    arguments: ["seed", "a21", "uresnet", "polaris", "scc21", "uresnet3d"])
  func presets(_ preset: String) throws {
    let scratch = try Scratch()
    for (number, form) in [
      ["--sparse"], ["--dense"], ["--masked", "--form", "dense"],
      ["--sparse", "--conv-mode", "3D"],
      ["--dense", "--conv-mode", "3D"], ["--dense", "--upsampling", "interpolation"],
      ["--dense", "--upsampling", "nearest"],
    ].enumerated() {
      let first = try resolved(["--preset", preset] + form, "a\(number)", scratch)
      let second = try resolved(["--config", "a\(number)/config.yaml"], "b\(number)", scratch)
      #expect(first == second)
    }
  }

  @Test("interpolate as the original's network of their form does")
  func interpolation() throws {
    let scratch = try Scratch()
    for (number, (form, expected)) in [
      ("--sparse", "nearest"), ("--dense", "bilinear"), ("--dense --conv-mode 3D", "nearest"),
      ("--dense --form sparse", "nearest"), ("--masked", "nearest"),
      ("--masked --form dense", "bilinear"), ("--dense --preset uresnet3d", "nearest"),
    ].enumerated() {
      let options = form.split(separator: " ").map(String.init)
      for key in ["--upsampling=interpolation", "network.upsampling=interpolation"] {
        let lines = try resolved(options + [key], "\(number)", scratch)
        #expect(lines.contains("upsampling: \(expected)"), "\(form)")
      }
      let nearest = try resolved(options + ["--upsampling", "nearest"], "\(number)", scratch)
      #expect(nearest.contains("upsampling: nearest"), "\(form)")
    }
  }

  @Test("keep the network and change its pixels, or take another network")
  func overridden() throws {
    let scratch = try Scratch()
    let first = try resolved(["--preset", "a21", "--sparse", "--leak", "0.2"], "a", scratch)
    let dense = try resolved(["--config", "a/config.yaml", "--dense"], "b", scratch)
    #expect(dense.filter { !first.contains($0) } == ["dense: true"])
    #expect(first.filter { !dense.contains($0) } == ["sparse: true"])
    for other in [["--preset", "polaris"], ["--preset", "seed", "--dense"]] {
      let over = try resolved(["--config", "a/config.yaml"] + other, "c", scratch)
      let direct = try resolved(
        ["--sparse"].filter { _ in !other.contains("--dense") } + other, "d", scratch)
      // What a preset says of training is said by the file.
      let ofTraining = [
        "aux-minibatch-size", "balance-loss", "checkpoint-iteration", "iterations", "learning-rate",
        "loss-balance-scheme", "minibatch-size", "regularize-weights",
      ]
      let network = { (lines: [String]) in
        lines.filter { line in !ofTraining.contains { line.hasPrefix("\($0):") } }
      }
      #expect(network(over) == network(direct))
    }
    let form = try resolved(["--config", "a/config.yaml", "--form", "dense"], "e", scratch)
    #expect(
      form == (try resolved(["--preset", "a21", "--sparse", "--form", "dense"], "f", scratch)))
    // One seed is for both; another one for both, too.
    let seeded = try resolved(["--config", "a/config.yaml", "--seed", "5"], "g", scratch)
    #expect(seeded.filter { !first.contains($0) } == ["seed: 5"])
  }

  @Test("name their command, and are shared by others")
  func commands() throws {
    let scratch = try Scratch()
    try """
    mode: iotest
    run: {iterations: 2, minibatch_size: 1, id: first}
    data.downsample: 5
    network: a21
    """.write(toFile: scratch.file("run.yaml"), atomically: false, encoding: .utf8)
    let reading = try Tool.run(["--config", "run.yaml"], in: scratch.path)
    #expect(reading.code == 0 && reading.error.isEmpty)
    #expect(reading.lines.contains { $0.hasPrefix("Time to read 2 batches of 1 images each: ") })
    let listing = try Tool.run(["build_net", "--config=run.yaml", "--sparse"], in: scratch.path)
    #expect(listing.code == 0 && listing.error.isEmpty)
    #expect(
      listing.output == (try Tool.run(["build_net", "--preset", "a21", "--sparse"]).output))
    #expect(scratch.contents == ["run.yaml"])
    let training = try Tool.run(
      ["mode=train", "--config", "run.yaml", "network.depth=1", "score_events=0"], in: scratch.path)
    #expect(training.code == 0 && training.error.isEmpty)
    #expect(metrics(training).count == 2)
    #expect(training.lines.contains(" LOG_DIRECTORY.................: output/torch/a21/first"))
    #expect(training.lines.contains(" AUX_MINIBATCH_SIZE............: 1"))
    #expect(
      FileManager.default.fileExists(atPath: scratch.file("output/torch/a21/first/config.yaml")))
  }

  @Test("that cannot be end with one sentence and the code of their fault")
  func faults() throws {
    let scratch = try Scratch()
    for (text, code, sentence) in [
      (
        "a: [1", Int32(65),
        "run.yaml is no YAML (did not find expected ',' or ']' in line 2, column 1): write a line "
          + "`name: value` for each switch"
      ),
      (
        "run.iteration: 3", 64, "run.yaml: run.iteration is no switch: did you mean run.iterations?"
      ),
      ("mode: trian", 64, "mode trian is not possible: use train, inference, iotest or build_net"),
    ] {
      try text.write(toFile: scratch.file("run.yaml"), atomically: false, encoding: .utf8)
      expectRefusal(
        try Tool.run(["--config", "run.yaml"], in: scratch.path), code: code, sentence)
    }
    expectRefusal(
      try Tool.run(["train", "--config", "none.yaml"], in: scratch.path), code: 74,
      "none.yaml cannot be read (No such file or directory): give the path of a YAML file")
    expectRefusal(
      try Tool.run(["train", "--config"]), code: 64, "--config needs a file: give the path of one")
    // Values that only the option knows are refused by it.
    try "run.iterations: many".write(
      toFile: scratch.file("run.yaml"), atomically: false, encoding: .utf8)
    expectUsage(
      try Tool.run(["train", "--config", "run.yaml"], in: scratch.path),
      "The value 'many' is invalid for '--iterations <steps>'")
  }

  @Test("that cannot be left behind end a run before it begins")
  func unwritable() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.file("log/config.yaml"), withIntermediateDirectories: true)
    let result = try Tool.run(["train", "--sparse"] + TrainTests.small, in: scratch.path)
    expectRefusal(
      result, code: 74, "log/config.yaml cannot be written: choose another --log-directory")
    #expect(metrics(result).isEmpty)
  }

  @Test("of the first version's network are listed as that version did")
  func seed() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "--preset", "seed", "--aux-file", "none.h5", "-ld", "./log"], in: scratch.path)
    #expect(result.code == 74)
    let listing = result.lines.prefix { $0.hasPrefix("-- ") || $0.hasPrefix(" ") }
    #expect(listing.count == 50)
    for line in [
      "-- CONFIG --", " AUX_FILE = 'none.h5'", " LOG_DIRECTORY = './log'", " FILE = None",
      " SHAPE = [640, 1024]", " MAX_VOXELS = 35000", " INTRA_OP_PARALLELISM_THREADS = 128",
      " MINIBATCH_SIZE = 1", " SPARSE = False", " NPLANES = 3",
    ] {
      #expect(listing.contains(line), "\(line)")
    }
    let changed = try Tool.run(
      [
        "train", "--preset", "seed", "--aux-file", "none.h5", "-ds", "2", "-mb", "3",
        "--intra-op-parallelism-threads", "1", "--sparse", "True",
      ], in: scratch.path)
    for line in [
      " SHAPE = [320, 512]", " MINIBATCH_SIZE = 3", " INTRA_OP_PARALLELISM_THREADS = 1",
      " SPARSE = True",
    ] {
      #expect(changed.lines.contains(line), "\(line)")
    }
  }
}
