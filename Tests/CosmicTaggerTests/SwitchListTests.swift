import CosmicTagger
import Testing

/// Walks every switch that users of the original know: its flags of 2019 and 2020, and the dotted names of
/// its configuration of today.
@Suite("Every switch of the original acts or is refused with a sentence")
struct SwitchListTests {
  /// What a switch and a value should become.
  enum Outcome {
    /// These arguments of `train`.
    case acts([String])
    /// An error whose sentence has these words.
    case refused(String)
  }

  struct Case: CustomStringConvertible {
    let spellings: [String]
    let value: String?
    let outcome: Outcome

    init(_ spellings: String..., value: String? = nil, outcome: Outcome) {
      self.spellings = spellings
      self.value = value
      self.outcome = outcome
    }

    var description: String { "\(spellings[0]) \(value ?? "")" }
  }

  /// An option that is handed on as it is.
  private static func option(_ spellings: String..., value: String) -> Case {
    Case(all: spellings, value, outcome: .acts([spellings[0], value]))
  }

  static let flags2019: [Case] = [
    option("--file", "-f", value: "a.h5"),
    Case("--io-verbosity", value: "3", outcome: .acts([])),
    option("--minibatch-size", "-mb", value: "8"),
    option("--aux-file", value: "b.h5"),
    Case("--aux-io-verbosity", value: "3", outcome: .acts([])),
    option("--aux-iteration", value: "5"),
    option("--aux-minibatch-size", value: "4"),
    option("--iterations", "-i", value: "100"),
    Case("--distributed", "-d", outcome: .refused("several processes")),
    Case("--compute-mode", "-m", value: "CPU", outcome: .acts([])),
    Case("--compute-mode", "-m", value: "GPU", outcome: .refused("no GPU")),
    option("--log-directory", "-ld", value: "log"),
    option("--checkpoint-directory", "-cd", value: "kept"),
    option("--image-producer", value: "wire"),
    option("--label-producer", value: "seg"),
    Case("--shape", value: "640,1024", outcome: .acts(["--shape", "640,1024"])),
    option("--max-voxels", value: "35000"),
    option("--verbosity", value: "2"),
    option("--learning-rate", "-lr", value: "-1"),
    Case("--summary-iteration", "-si", value: "1", outcome: .refused("TensorBoard")),
    option("--logging-iteration", "-li", value: "10"),
    option("--checkpoint-iteration", "-ci", value: "500"),
    Case("--optimizer", "-o", value: "Adam", outcome: .acts(["--optimizer", "adam"])),
    option("--optimizer", "-o", value: "rmsprop"),
    Case("--optimizer", "-o", value: "lars", outcome: .refused("adam, rmsprop, sgd")),
    option("--regularize-weights", "-rw", value: "1e-4"),
    option("--use-bias", "-ub", value: "True"),
    option("--batch-norm", "-bn", value: "False"),
    option("--n-initial-filters", value: "12"),
    Case("--res-blocks-per-layer", value: "2", outcome: .acts(["--blocks-per-layer", "2"])),
    Case(
      "--res-blocks-deepest-layer", value: "4", outcome: .acts(["--blocks-deepest-layer", "4"])),
    Case("--res-blocks-final", value: "2", outcome: .acts(["--blocks-final", "2"])),
    option("--network-depth", value: "5"),
    option("--connections", value: "sum"),
    option("--connect-pre-res-blocks-down", value: "True"),
    option("--connect-pre-res-blocks-up", value: "False"),
    option("--nplanes", value: "3"),
    Case("--bottleneck-size", value: "-1", outcome: .acts([])),
    Case("--bottleneck-size", value: "64", outcome: .refused("bottlenecks")),
    option("--balance-loss", "-bl", value: "True"),
    option("--residual", value: "True"),
    Case("--sparse", outcome: .acts(["--sparse"])),
    Case("--sparse", value: "True", outcome: .acts(["--sparse"])),
    Case("--sparse", value: "yes", outcome: .acts(["--sparse"])),
    Case("--sparse", value: "False", outcome: .acts(["--dense"])),
    Case("--sparse", value: "0", outcome: .acts(["--dense"])),
    option("--growth-rate", "-gr", value: "multiplicative"),
    Case("--growth-rate", "-gr", value: "linear", outcome: .acts(["--growth-rate", "additive"])),
    option("--block-concat", value: "True"),
    option("--model-half-precision", value: "False"),
    option("--input-half-precision", value: "True"),
    option("--loss-scale", value: "1024"),
    Case("--inter-op-parallelism-threads", value: "2", outcome: .acts([])),
    Case("--intra-op-parallelism-threads", value: "1", outcome: .acts(["--threads", "1"])),
    Case("--share-weights", value: "True", outcome: .acts([])),
    Case("--share-weights", value: "False", outcome: .refused("planes share")),
    option("--conv-mode", value: "2D"),
    option("--conv-mode", value: "3D"),
    Case("--data-format", "-df", value: "channels_first", outcome: .acts([])),
    Case("--data-format", "-df", value: "channels_last", outcome: .acts([])),
    Case("--data-format", "-df", value: "NCHW", outcome: .refused("channels_last")),
  ]

  static let flags2020: [Case] = [
    option("--blocks-per-layer", value: "2"),
    option("--blocks-deepest-layer", value: "5"),
    option("--blocks-final", value: "5"),
    Case("--framework", value: "torch", outcome: .acts([])),
    Case("--framework", value: "tensorflow", outcome: .refused("its own framework")),
    option("--upsampling", value: "interpolation"),
    option("--downsampling", value: "max_pooling"),
    Case("--synthetic", value: "True", outcome: .acts([])),
    Case("--synthetic", value: "False", outcome: .acts([])),
    option("--bottleneck-deepest", value: "256"),
    option("--filter-size-deepest", value: "5"),
    Case("--gradient-accumulation", value: "1", outcome: .acts([])),
    Case("--gradient-accumulation", value: "4", outcome: .refused("accumulation")),
    Case("--growth-rate", "-gr", value: "additive", outcome: .acts(["--growth-rate", "additive"])),
    option("--loss-balance-scheme", value: "focal"),
    Case("--downsample-images", "-ds", value: "1", outcome: .acts(["--downsample", "1"])),
    Case("--no-summary-images", outcome: .acts(["--no-summary-images"])),
    Case("--mixed-precision", value: "True", outcome: .acts(["--precision", "bfloat16"])),
    Case("--weight-decay", value: "0.1", outcome: .acts(["--regularize-weights", "0.1"])),
    Case("--start-index", value: "0", outcome: .acts([])),
    Case("--start-index", value: "7", outcome: .refused("inference")),
    Case("--compute-mode", "-m", value: "XPU", outcome: .refused("no GPU or other device")),
  ]

  static let today: [Case] = [
    same("run.distributed", value: "False", as: nil),
    Case("run.distributed", value: "True", outcome: .refused("several processes")),
    same("run.compute_mode", value: "CPU", as: nil),
    Case("run.compute_mode", value: "CUDA", outcome: .refused("no GPU")),
    same("run.iterations", value: "500", as: "--iterations"),
    same("run.run_length", value: "20", as: "--iterations"),
    same("run.run_units", value: "iteration", as: nil),
    Case("run.run_units", value: "epoch", outcome: .refused("iterations")),
    same("run.aux_iterations", value: "10", as: "--aux-iteration"),
    same("run.val_iteration", value: "10", as: "--aux-iteration"),
    same("run.minibatch_size", value: "2", as: "--minibatch-size"),
    Case("run.id", value: "first", outcome: .acts(["--log-directory", "output/first"])),
    same("run.precision", value: "float32", as: "--precision"),
    Case("run.precision", value: "mixed", outcome: .acts(["--precision", "bfloat16"])),
    Case("run.precision", value: "float16", outcome: .refused("float32")),
    same("run.profile", value: "False", as: nil),
    Case("run.profile", value: "True", outcome: .refused("cosmic-tagger profile")),
    same("run.saver", value: "False", as: nil),
    Case("run.saver", value: "True", outcome: .refused("TensorBoard")),
    same("run.horovod_num_groups", value: "0", as: nil),
    same("run.broadcast_buffers", value: "True", as: nil),
    Case("mode.no_summary_images", value: "True", outcome: .acts(["--no-summary-images"])),
    Case("mode.no_summary_images", value: "False", outcome: .acts([])),
    same("mode.weights_location", value: "old/", as: "--weights"),
    same("mode.checkpoint_iteration", value: "500", as: "--checkpoint-iteration"),
    Case("mode.summary_iteration", value: "1", outcome: .refused("TensorBoard")),
    same("mode.logging_iteration", value: "1", as: "--logging-iteration"),
    same("mode.quantization_aware", value: "False", as: nil),
    Case("mode.quantization_aware", value: "True", outcome: .refused("quantised")),
    same("mode.start_index", value: "0", as: nil),
    same("mode.optimizer.name", value: "adam", as: "--optimizer"),
    Case("mode.optimizer.name", value: "lamb", outcome: .refused("adam")),
    same("mode.optimizer.learning_rate", value: "3e-4", as: "--learning-rate"),
    same("mode.optimizer.lr_schedule.name", value: "flat", as: nil),
    Case("mode.optimizer.lr_schedule.name", value: "one_cycle", outcome: .refused("constant")),
    same("mode.optimizer.lr_schedule.peak_learning_rate", value: "1e-3", as: "--learning-rate"),
    Case(
      "mode.optimizer.lr_schedule.min_learning_rate", value: "1e-3", outcome: .refused("schedules")),
    Case("mode.optimizer.lr_schedule.decay_floor", value: "1e-4", outcome: .refused("schedules")),
    Case("mode.optimizer.lr_schedule.decay_epochs", value: "5", outcome: .refused("schedules")),
    same("mode.optimizer.loss_balance_scheme", value: "even", as: "--loss-balance-scheme"),
    same("mode.optimizer.gradient_accumulation", value: "1", as: nil),
    Case("data.synthetic", value: "True", outcome: .acts([])),
    same("data.downsample", value: "1", as: "--downsample"),
    same("data.data_format", value: "channels_last", as: nil),
    same("data.img_transform", value: "True", as: "--img-transform"),
    same("data.seed", value: "7", as: "--data-seed"),
    Case("data.data_directory", value: "/data", outcome: .acts([])),
    same("data.file", value: "a.h5", as: "--file"),
    same("data.aux_file", value: "b.h5", as: "--aux-file"),
    same("data.paths.train", value: "a.h5", as: "--file"),
    same("data.paths.val", value: "b.h5", as: "--aux-file"),
    Case("data.paths.test", value: "c.h5", outcome: .refused("inference")),
    same("data.paths.active", value: "train", as: nil),
    same("data.version", value: "1", as: nil),
    Case("data.version", value: "2", outcome: .refused("size of images")),
    same("data.random_mode", value: "serial_access", as: "--access"),
    same("framework.name", value: "torch", as: nil),
    Case("framework.name", value: "jax", outcome: .refused("its own framework")),
    same("framework.seed", value: "3", as: "--seed"),
    same("framework.inter_op_parallelism_threads", value: "2", as: nil),
    Case("framework.intra_op_parallelism_threads", value: "1", outcome: .acts(["--threads", "1"])),
    Case("framework.sparse", value: "True", outcome: .acts(["--sparse"])),
    Case("framework.sparse", value: "False", outcome: .acts(["--dense"])),
    same("framework.distributed_mode", value: "DDP", as: nil),
    Case("framework.distributed_mode", value: "horovod", outcome: .refused("several processes")),
    same("framework.oversubscribe", value: "1", as: nil),
    same("framework.compile", value: "False", as: nil),
    Case("framework.compile", value: "True", outcome: .refused("compiled already")),
    Case(
      "framework.environment_variables.OMP_NUM_THREADS", value: "2",
      outcome: .refused("before the program starts")),
    same("network.name", value: "uresnet", as: "--preset"),
    same("network.bias", value: "True", as: "--use-bias"),
    Case("network.normalization", value: "batch", outcome: .acts(["--batch-norm", "True"])),
    Case("network.normalization", value: "none", outcome: .acts(["--batch-norm", "False"])),
    Case("network.normalization", value: "layer", outcome: .refused("batch")),
    same("network.n_initial_filters", value: "16", as: "--n-initial-filters"),
    same("network.blocks_per_layer", value: "2", as: "--blocks-per-layer"),
    same("network.blocks_deepest_layer", value: "5", as: "--blocks-deepest-layer"),
    same("network.blocks_final", value: "5", as: "--blocks-final"),
    same("network.depth", value: "6", as: "--network-depth"),
    same("network.filter_size_deepest", value: "5", as: "--filter-size-deepest"),
    same("network.kernel_size", value: "3", as: "--filter-size-deepest"),
    same("network.bottleneck_deepest", value: "256", as: "--bottleneck-deepest"),
    same("network.residual", value: "False", as: "--residual"),
    Case("network.block_style", value: "residual", outcome: .acts(["--residual", "True"])),
    Case("network.block_style", value: "none", outcome: .acts(["--residual", "False"])),
    Case("network.block_style", value: "convnext", outcome: .refused("residual")),
    same("network.depthwise", value: "False", as: nil),
    same("network.block_concat", value: "False", as: "--block-concat"),
    same("network.weight_decay", value: "0.1", as: "--regularize-weights"),
    same("network.connections", value: "concat", as: "--connections"),
    Case("network.conv_mode", value: "conv_2D", outcome: .acts(["--conv-mode", "2D"])),
    Case("network.conv_mode", value: "conv_3D", outcome: .acts(["--conv-mode", "3D"])),
    same("network.growth_rate", value: "additive", as: "--growth-rate"),
    same("network.downsampling", value: "max_pooling", as: "--downsampling"),
    same("network.upsampling", value: "interpolation", as: "--upsampling"),
    same("network.activation", value: "leaky_relu", as: nil),
    same("output_dir", value: "out", as: "--log-directory"),
    Case("network", value: "a21", outcome: .acts(["--preset", "a21"])),
    Case("network", value: "SCC_21", outcome: .acts(["--preset", "scc21"])),
    Case("data", value: "synthetic", outcome: .acts([])),
    Case("framework", value: "torch", outcome: .acts([])),
  ]

  static let heads: [Case] =
    [
      Case("network.classification.active", value: "True", outcome: .acts(["--classification"])),
      Case("network.classification.active", value: "False", outcome: .acts([])),
      same("network.classification.detach", value: "True", as: "--classification-detach"),
      Case("network.vertex.active", value: "True", outcome: .acts(["--vertex"])),
      Case("network.vertex.active", value: "False", outcome: .acts([])),
      same("network.vertex.detach", value: "False", as: "--vertex-detach"),
    ]
    + ["weight", "n_filters", "n_layers"].flatMap { name in
      ["classification", "vertex"].map { head in
        same(
          "network.\(head).\(name)", value: "2",
          as: "--\(head)-\(name.replacing("_", with: "-"))")
      }
    }
    + ["depth", "l_det", "l_coord"].map {
      same("network.vertex.\($0)", value: "2", as: "--vertex-\($0.replacing("_", with: "-"))")
    }

  private static func same(_ key: String, value: String, as option: String?) -> Case {
    Case(all: [key], value, outcome: .acts(option.map { [$0, value] } ?? []))
  }

  private func translate(_ arguments: [String]) throws -> [String] {
    try ArgumentTranslation.translate(["train"] + arguments, accepted: OptionScope.options)
  }

  private func expect(_ outcome: Outcome, of arguments: [String]) {
    switch outcome {
    case .acts(let expected):
      do {
        let translated = try translate(arguments)
        #expect(translated == ["train"] + expected, "\(arguments)")
      } catch {
        Issue.record("\(arguments): \(error)")
      }
    case .refused(let words):
      let error = #expect(throws: TaggerError.self, "\(arguments)") { try translate(arguments) }
      #expect(error?.kind == .usage)
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      #expect(error?.description.contains(arguments[0].prefix { $0 != "=" }) == true)
    }
  }

  @Test(
    "flags, in every spelling, followed by a value or joined to it",
    arguments: flags2019 + flags2020)
  func flags(_ flag: Case) {
    for spelling in flag.spellings {
      expect(flag.outcome, of: [spelling] + (flag.value.map { [$0] } ?? []))
      if let value = flag.value, spelling.hasPrefix("--") {
        expect(flag.outcome, of: ["\(spelling)=\(value)"])
      }
    }
  }

  @Test("dotted names", arguments: today + heads)
  func keys(_ key: Case) {
    expect(key.outcome, of: ["\(key.spellings[0])=\(key.value ?? "")"])
  }

  @Test("no switch is known that is not in this list")
  func complete() {
    let listed = Set((Self.flags2019 + Self.flags2020).flatMap(\.spellings))
    #expect(Set(Switch.flags.flatMap(\.spellings)).subtracting(listed) == [])
    let keys = Set((Self.today + Self.heads).map { $0.spellings[0] })
    #expect(Set((Switch.keys + Switch.groups).map(\.name)).subtracting(keys) == [])
  }

  @Test("a switch of several values takes them apart or together")
  func shape() throws {
    #expect(
      try translate(["--shape", "640", "1024", "-mb", "2"]) == [
        "train", "--shape", "640,1024", "--minibatch-size", "2",
      ])
  }

  @Test("a bare switch leaves what follows it alone")
  func bare() throws {
    #expect(
      try translate(["--sparse", "--file", "a.h5"]) == ["train", "--sparse", "--file", "a.h5"])
    #expect(
      try translate(["--no-summary-images", "-mb", "1"]) == [
        "train", "--no-summary-images", "--minibatch-size", "1",
      ])
  }
}

extension SwitchListTests.Case {
  init(all spellings: [String], _ value: String?, outcome: SwitchListTests.Outcome) {
    self.spellings = spellings
    self.value = value
    self.outcome = outcome
  }
}
