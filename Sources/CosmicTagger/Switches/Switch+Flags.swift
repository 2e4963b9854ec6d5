/// The command line of 2019 and 2020.
extension Switch {
  /// A truth value that an option of this program of the same spelling takes.
  private static func truthOption(_ name: String, _ aliases: [String] = []) -> Switch {
    Switch(name, aliases, .truth(yes: [name, "True"], no: [name, "False"]))
  }

  /// Every flag, in the order of the original's table, then those that came later.
  public static let flags: [Switch] = [
    Switch("--file", ["-f"], .option("--file")),
    Switch("--io-verbosity", .fixed(["0", "1", "2", "3"], Self.readingIsSilent)),
    Switch("--minibatch-size", ["-mb"], .option("--minibatch-size")),
    Switch(
      "--aux-file", .part(of: "--aux-file", "--aux-file of train; the file that inference writes")),
    Switch("--aux-io-verbosity", .fixed(["0", "1", "2", "3"], Self.readingIsSilent)),
    Switch("--aux-iteration", .option("--aux-iteration")),
    Switch("--aux-minibatch-size", .option("--aux-minibatch-size")),
    Switch("--iterations", ["-i"], .option("--iterations")),
    Switch("--distributed", ["-d"], .truth(yes: ["--distributed"], no: [])),
    Switch("--compute-mode", ["-m"], .fixed(["CPU"], Self.processorsOnly)),
    Switch("--log-directory", ["-ld"], .option("--log-directory")),
    Switch("--checkpoint-directory", ["-cd"], .option("--checkpoint-directory")),
    Switch("--image-producer", .option("--image-producer")),
    Switch("--label-producer", .option("--label-producer")),
    Switch("--shape", .option("--shape")),
    Switch("--max-voxels", .option("--max-voxels")),
    Switch("--verbosity", .option("--verbosity")),
    Switch("--learning-rate", ["-lr"], .option("--learning-rate")),
    Switch("--summary-iteration", ["-si"], .option("--summary-iteration")),
    Switch("--logging-iteration", ["-li"], .option("--logging-iteration")),
    Switch("--checkpoint-iteration", ["-ci"], .option("--checkpoint-iteration")),
    Switch("--optimizer", ["-o"], .option("--optimizer", Self.optimizers)),
    Switch("--regularize-weights", ["-rw"], .option("--regularize-weights")),
    truthOption("--use-bias", ["-ub"]),
    truthOption("--batch-norm", ["-bn"]),
    Switch("--n-initial-filters", .option("--n-initial-filters")),
    Switch("--res-blocks-per-layer", ["--blocks-per-layer"], .option("--blocks-per-layer")),
    Switch(
      "--res-blocks-deepest-layer", ["--blocks-deepest-layer"], .option("--blocks-deepest-layer")),
    Switch("--res-blocks-final", ["--blocks-final"], .option("--blocks-final")),
    Switch("--network-depth", .option("--network-depth")),
    Switch("--connections", .option("--connections")),
    truthOption("--connect-pre-res-blocks-down"),
    truthOption("--connect-pre-res-blocks-up"),
    Switch("--nplanes", .option("--nplanes")),
    Switch(
      "--bottleneck-size",
      .fixed(
        ["-1"],
        "no network here has bottlenecks in its blocks; --bottleneck-deepest shapes the bottom")),
    truthOption("--balance-loss", ["-bl"]),
    truthOption("--residual"),
    Switch("--sparse", .truth(yes: ["--sparse"], no: ["--dense"])),
    Switch(
      "--growth-rate", ["-gr"],
      .option(
        "--growth-rate",
        ["multiplicative": "multiplicative", "additive": "additive", "linear": "additive"])),
    truthOption("--block-concat"),
    truthOption("--model-half-precision"),
    truthOption("--input-half-precision"),
    Switch("--loss-scale", .option("--loss-scale")),
    Switch("--inter-op-parallelism-threads", .fixed(["1", "2", "4"], Self.onePool)),
    Switch("--intra-op-parallelism-threads", .option("--intra-op-parallelism-threads")),
    Switch("--share-weights", .fixed(["True"], "planes share all weights but those of the bottom")),
    Switch("--conv-mode", .option("--conv-mode")),
    Switch(
      "--data-format", ["-df"],
      .fixed(
        ["channels_first", "channels_last"],
        "use channels_last, or channels_first: results are the same")),
    Switch("--framework", .fixed(["torch"], Self.ownFramework)),
    Switch("--upsampling", .option("--upsampling")),
    Switch("--downsampling", .option("--downsampling")),
    Switch("--synthetic", Self.synthetic(["True": "True", "False": "False"])),
    Switch("--bottleneck-deepest", .option("--bottleneck-deepest")),
    Switch("--filter-size-deepest", .option("--filter-size-deepest")),
    Switch("--gradient-accumulation", .option("--gradient-accumulation")),
    Switch("--loss-balance-scheme", .option("--loss-balance-scheme")),
    Switch("--downsample-images", ["-ds"], .option("--downsample")),
    Switch("--no-summary-images", .truth(yes: ["--no-summary-images"], no: [])),
    Switch(
      "--mixed-precision",
      .truth(yes: ["--precision", "bfloat16"], no: ["--precision", "float32"])),
    Switch("--weight-decay", .option("--regularize-weights")),
    Switch("--start-index", .option("--start-index")),
    Switch("--config-name", ["-cn"], .refused("use --config with the path of a YAML file")),
  ]

  /// Flags that stand for true without a value.
  static let bareFlags: Set<String> = [
    "--distributed", "--sparse", "--no-summary-images", "--mixed-precision",
  ]

  /// Flags that the original read when it trained, and refused otherwise.
  static let trainingFlags: Set<String> = [
    "--learning-rate", "--summary-iteration", "--logging-iteration", "--checkpoint-iteration",
    "--optimizer", "--regularize-weights",
  ]

  /// What says whether events are simulated.
  static func synthetic(_ values: [String: String]) -> Meaning {
    .part(
      of: "data.synthetic", "simulated events (no file is read), or those of --file", values)
  }

  static let ofInference = "it is for inference alone; leave it out"
  static let readingIsSilent = "reading says nothing but errors; leave it out"
  static let oneWay = "processes work together in one way, over MPI"
  static let processorsOnly =
    "no GPU or other device is used, this program computes on processors; use CPU"
  static let ownFramework =
    "this program is its own framework, its network that of torch; leave it out"
  static let onePool = "one pool of threads does all the work; use --threads"
  static let optimizers = [
    "adam": "adam", "rmsprop": "rmsprop", "sgd": "sgd", "lars": "lars", "lamb": "lamb",
    "adagrad": "adagrad", "adadelta": "adadelta", "adamw": "adamw",
  ]
}
