import Testing

/// Checks that a run ended with a code and one sentence, without a trace of a crash.
func expectRefusal(
  _ result: Tool.Result, code: Int32, _ sentence: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.code == code, sourceLocation: sourceLocation)
  #expect(result.error == "cosmic-tagger: \(sentence)\n", sourceLocation: sourceLocation)
}

/// Checks that a run ended as the argument parser ends it: a message, then how to use the command.
func expectUsage(
  _ result: Tool.Result, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.code == 64, sourceLocation: sourceLocation)
  #expect(result.error.hasPrefix("Error: \(message)\n"), sourceLocation: sourceLocation)
  #expect(result.error.contains("\nUsage: cosmic-tagger "), sourceLocation: sourceLocation)
  #expect(!result.error.contains("Fatal error"), sourceLocation: sourceLocation)
}

@Suite("Wrong usage ends with code 64 and a remedy")
struct UsageErrorTests {
  static let refused: [([String], String)] = [
    (["-mb", "0"], "--minibatch-size 0 is not possible: use 1 to 65536 events"),
    (["-mb", "65537"], "--minibatch-size 65537 is not possible: use 1 to 65536 events"),
    (["--downsample", "9"], "--downsample 9 is not possible: use 0 to 8"),
    (["--downsample=-1"], "--downsample -1 is not possible: use 0 to 8"),
    (["-i", "0"], "--iterations 0 is not possible: use 1 or more"),
    (["-i", "-3"], "--iterations -3 is not possible: use 1 or more"),
    (["--iterations=-3"], "--iterations -3 is not possible: use 1 or more"),
    (
      ["-lr", "nan"],
      "--learning-rate nan is not possible: use a number up to 1e38, zero for the optimizer's own"
    ),
    (["-rw", "-1"], "--regularize-weights -1.0 is not possible: use 0 to 1e38"),
    (["-ci", "0"], "--checkpoint-iteration 0 is not possible: use 1 or more"),
    (["--aux-iteration", "0"], "--aux-iteration 0 is not possible: use 1 or more"),
    (
      ["--aux-minibatch-size", "0"],
      "--aux-minibatch-size 0 is not possible: use 1 to 65536 events"
    ),
    (["--max-voxels", "-1"], "--max-voxels -1 is not possible: use zero or more"),
    (
      ["--image-producer", "a", "--label-producer", "a", "-f", "x.h5"],
      "a cannot be both --image-producer and --label-producer: a network would be given the answer"
    ),
    (
      ["--shape", "640", "1024"],
      "images of simulated event 0 have 1280×2048 pixels (drift × wire), but --shape 640 1024 was "
        + "given: choose another --downsample"
    ),
    (
      ["--nplanes", "2"],
      "simulated event 0 has 3 planes, but --nplanes 2 was given: leave it out"
    ),
    (
      ["--loss-scale", "0"],
      "--loss-scale 0.0 is not possible: use 1e-37 to 1e38, such as 1024"
    ),
    (
      ["--loss-scale", "-1e39"],
      "--loss-scale -1e+39 is not possible: use 1e-37 to 1e38, such as 1024"
    ),
    (["--threads", "0"], "--threads 0 is not possible: use 1 to 256"),
    (["-li", "0"], "--logging-iteration 0 is not possible: use 1 or more"),
    (["--score-events=-1"], "--score-events -1 is not possible: use 0 or more"),
    (["--leak", "nan"], "--leak nan is not possible: use a slope of zero or more"),
    (["--network-depth", "13"], "--network-depth 13 is not possible: use 1 to 12"),
    (
      ["--network-depth", "12", "--n-initial-filters", "4096"],
      "4096 filters grow to 53248 channels at depth 12: use fewer filters or less depth"
    ),
    (
      ["--preset", "seed", "-gr", "additive", "--n-initial-filters", "9223372036854775807"],
      "--n-initial-filters 9223372036854775807 is not possible: use 1 to 4096"
    ),
    (
      ["--network-depth", "12"],
      "images of 1280×2048 (drift × wire) cannot be halved 12 times: "
        + "use --network-depth 8 or less"
    ),
    (
      ["--downsample", "3", "--network-depth", "6"],
      "images of 160×256 (drift × wire) cannot be halved 6 times: "
        + "use --network-depth 5 or less, or a smaller --downsample"
    ),
    (
      ["--downsample", "8", "--network-depth", "1"],
      "images of 5×8 (drift × wire) cannot be halved 1 times: use a smaller --downsample"
    ),
  ]

  @Test("train with options out of range", arguments: 0..<refused.count)
  func outOfRange(_ number: Int) throws {
    let scratch = try Scratch()
    let (options, sentence) = Self.refused[number]
    let result = try Tool.run(["train", "--sparse"] + options, in: scratch.path)
    expectRefusal(result, code: 64, sentence)
  }

  @Test("full images with what only sites have")
  func fullImages() throws {
    for mode in [[], ["--dense"], ["--masked"], ["--sparse", "False"]] {
      let scratch = try Scratch()
      expectRefusal(
        try Tool.run(["train"] + mode + ["--site-index", "bitmap"], in: scratch.path), code: 64,
        "--convolution and --site-index choose how sparse convolutions are computed: leave them "
          + "out for full images, or add --sparse")
      expectRefusal(
        try Tool.run(["train"] + mode + ["--precision", "bfloat16"], in: scratch.path), code: 64,
        "--precision bfloat16 is for sparse convolutions: full images are computed in float32")
    }
  }

  @Test("train with two modes, and with two losses")
  func validation() throws {
    for mode in ["--dense", "--masked"] {
      expectUsage(
        try Tool.run(["train", "--sparse", mode]),
        "--sparse computes active sites only, --dense and --masked all pixels: use one of them")
    }
    expectUsage(
      try Tool.run(["train", "--intra-op-parallelism-threads", "0"]),
      "--intra-op-parallelism-threads 0 is not possible: use 1 or more")
    expectUsage(
      try Tool.run(["train", "--preset", "seed", "--bottleneck-deepest", "64"]),
      "--bottleneck-deepest is for a bottom with a convolution before it, but --deepest stacked, "
        + "as in --preset seed on full images, has none")
    expectUsage(
      try Tool.run(["train", "--sparse", "--loss-balance-scheme", "even", "-bl", "True"]),
      "--loss-balance-scheme and --balance-loss are two ways to say one thing: use one of them")
  }

  @Test("values that are none")
  func values() throws {
    let preset = try Tool.run(["train", "--sparse", "--preset", "unet"])
    expectUsage(
      preset,
      "The value 'unet' is invalid for '--preset <preset>'. Please provide one of the following:\n"
        + "  - seed\n  - a21\n  - uresnet\n  - polaris\n  - scc21\n  - uresnet3d")
    expectUsage(
      try Tool.run(["train", "--sparse", "-mb", "two"]),
      "The value 'two' is invalid for '--minibatch-size <events>'")
    expectRefusal(
      try Tool.run(["train", "-mb"]), code: 64, "-mb needs a value: write it behind")
    expectRefusal(
      try Tool.run(["train", "--residual", "maybe"]), code: 64,
      "--residual maybe is not possible: use True or False")
    expectUsage(
      try Tool.run(["train", "--shape", "640"]),
      "The value '640' is invalid for '--shape <rows columns>'")
    expectUsage(
      try Tool.run(["build_net", "--deepest", "none", "--filter-size-deepest", "3"]),
      "--blocks-deepest-layer, --bottleneck-deepest and --filter-size-deepest shape the bottom, "
        + "but --deepest none has none")
    expectUsage(
      try Tool.run(["build_net", "--deepest", "merged", "--block-concat", "True"]),
      "--deepest and --block-concat are two ways to say one thing: use one")
    expectUsage(
      try Tool.run(["train", "--sparse", "--axes", "row-column"]),
      "--axes describes the images of a file: give one with --file")
    expectUsage(
      try Tool.run(["iotest", "--label-convention", "neutrino=1,cosmic=2"]),
      "--label-convention describes the images of a file: give one with --file")
    expectUsage(
      try Tool.run(["train", "--sparse", "-bn", "False", "--normalization-epsilon", "1"]),
      "--normalization-epsilon and --normalization-momentum need --batch-norm True")
    expectUsage(
      try Tool.run([
        "train", "--sparse", "--connections", "none", "--connect-pre-res-blocks-up", "True",
      ]),
      "--connect-pre-res-blocks-down and -up move skips, but --connections none has none")
    expectUsage(try Tool.run(["iotest", "--no-such-option"]), "Unknown option '--no-such-option'")
    expectUsage(try Tool.run(["inspect"]), "Missing expected argument '--file <path>'")
    expectUsage(try Tool.run(["simulate"]), "Missing expected argument '--output <path>'")
    expectUsage(try Tool.run(["trian"]), "Unexpected argument 'trian'")
  }

  @Test("precisions that contradict each other, or that the kernels do not have")
  func precision() throws {
    for command in [["train", "--sparse"], ["profile", "--sparse"]] {
      expectUsage(
        try Tool.run(command + ["--precision", "float32", "--model-half-precision", "True"]),
        "--precision float32 and --model-half-precision True contradict each other: "
          + "use one of them")
      expectUsage(
        try Tool.run(command + ["--precision", "bfloat16", "--model-half-precision", "False"]),
        "--precision bfloat16 and --model-half-precision False contradict each other: "
          + "use one of them")
      let without = try Tool.run(
        command + ["--model-half-precision", "True"],
        shell: "SUBMANIFOLD_INSTRUCTION_SET=portable tool")
      #expect(without.code == 64)
      #expect(without.error.hasPrefix("cosmic-tagger: bfloat16 needs AVX-512 with AVX512_BF16, "))
      #expect(without.lines.isEmpty)
    }
  }

  @Test("iotest and simulate with options out of range")
  func otherCommands() throws {
    let scratch = try Scratch()
    expectRefusal(
      try Tool.run(["iotest", "-i", "0"]), code: 64,
      "--iterations 0 is not possible: use 1 or more")
    let output = ["simulate", "--output", scratch.file("x.h5")]
    expectRefusal(
      try Tool.run(output + ["--events", "0"]), code: 64,
      "--events 0 is not possible: use 1 or more")
    for (option, value, limits) in [
      ("--cosmic-muons", "nan", "0 to 10000"), ("--cosmic-muons", "20000", "0 to 10000"),
      ("--neutrino-fraction", "2", "0 to 1"), ("--neutrino-fraction", "1.5", "0 to 1"),
    ] {
      expectRefusal(
        try Tool.run(output + [option, value]), code: 64,
        "\(option) \(value) is not possible: use \(limits)")
    }
    #expect(scratch.contents.isEmpty)
  }
}
