/// The configuration of today, by dotted names.
extension Switch {
  private static func truthOption(_ name: String, _ option: String) -> Switch {
    Switch(name, .truth(yes: [option, "True"], no: [option, "False"]))
  }

  /// Every key, of master and of version 2.1.
  public static let keys: [Switch] = run + mode + data + framework + network

  private static let run: [Switch] = [
    Switch("run.distributed", .truth(yes: ["--distributed"], no: [])),
    Switch("run.compute_mode", .fixed(["CPU"], processorsOnly)),
    Switch("run.iterations", .option("--iterations")),
    Switch("run.run_length", .option("--iterations")),
    Switch("run.run_units", .fixed(["iteration"], "the length of a run is counted in iterations")),
    Switch("run.aux_iterations", .option("--aux-iteration")),
    Switch("run.val_iteration", .option("--aux-iteration")),
    Switch(
      "run.minibatch_size",
      .part(
        of: "run.minibatch_size",
        "--minibatch-size, and --aux-minibatch-size where nothing else is said of it")),
    Switch("run.id", .part(of: "run.id", "--log-directory output/torch/PRESET/ID")),
    Switch(
      "run.precision",
      .option(
        "--precision", ["float32": "float32", "mixed": "bfloat16", "bfloat16": "bfloat16"])),
    Switch("run.profile", .truth(yes: ["--profile"], no: [])),
    Switch("run.saver", .truth(yes: [], no: ["--no-tensorboard"])),
    Switch(
      "run.horovod_num_groups", .fixed(["0"], "gradients are summed in buckets of their own size")),
    Switch(
      "run.broadcast_buffers", .fixed(["True"], "running statistics are the same on all ranks")),
    Switch("output_dir", .option("--log-directory")),
  ]

  private static let mode: [Switch] = [
    Switch("mode.no_summary_images", .truth(yes: ["--no-summary-images"], no: [])),
    Switch("mode.weights_location", .option("--weights")),
    Switch("mode.checkpoint_iteration", .option("--checkpoint-iteration")),
    Switch("mode.summary_iteration", .option("--summary-iteration")),
    Switch("mode.logging_iteration", .option("--logging-iteration")),
    Switch("mode.quantization_aware", .fixed(["False"], "weights are never quantised; use False")),
    Switch("mode.start_index", .option("--start-index")),
    Switch("mode.optimizer.name", .option("--optimizer", optimizers)),
    Switch("mode.optimizer.learning_rate", .option("--learning-rate")),
    Switch(
      "mode.optimizer.lr_schedule.name",
      .option(
        "--lr-schedule", ["flat": "flat", "standard": "standard", "one_cycle": "one-cycle"])),
    Switch("mode.optimizer.lr_schedule.peak_learning_rate", .option("--learning-rate")),
    Switch("mode.optimizer.lr_schedule.min_learning_rate", .option("--min-learning-rate")),
    Switch("mode.optimizer.lr_schedule.decay_floor", .option("--decay-floor")),
    Switch("mode.optimizer.lr_schedule.decay_epochs", .option("--decay-epochs")),
    Switch("mode.optimizer.loss_balance_scheme", .option("--loss-balance-scheme")),
    Switch("mode.optimizer.gradient_accumulation", .option("--gradient-accumulation")),
  ]

  private static let data: [Switch] = [
    Switch("data.synthetic", synthetic(["True": "True", "False": "False"])),
    Switch("data.downsample", .option("--downsample")),
    Switch(
      "data.data_format",
      .fixed(
        ["channels_last", "channels_first"],
        "use channels_last, or channels_first: results are the same")),
    truthOption("data.img_transform", "--img-transform"),
    Switch(
      "data.seed",
      .natural(
        "--data-seed", "an order of events follows from a number, 0 or more, never the clock")),
    Switch(
      "data.data_directory",
      .part(of: "data.data_directory", "the folder of data.file and data.aux_file")),
    Switch("data.file", .part(of: "data.file", "--file, below data.data_directory")),
    Switch("data.aux_file", .part(of: "data.aux_file", "--aux-file, below data.data_directory")),
    Switch("data.paths.train", .option("--file")),
    Switch("data.paths.val", .option("--aux-file")),
    Switch(
      "data.paths.test",
      .part(of: "data.paths.test", "--file of inference; nothing else reads it")),
    Switch(
      "data.paths.active",
      .fixed(
        ["train", "val", "train,val", "val,train"],
        "files are read where they are named; use train, val or both")),
    Switch(
      "data.version", .fixed(["1"], "the size of images is taken from the file; leave it out")),
    Switch("data.random_mode", .option("--access")),
  ]

  private static let framework: [Switch] = [
    Switch("framework.name", .fixed(["torch"], ownFramework)),
    Switch("framework.seed", .option("--seed")),
    Switch("framework.inter_op_parallelism_threads", .fixed(["1", "2", "4"], onePool)),
    Switch("framework.intra_op_parallelism_threads", .option("--intra-op-parallelism-threads")),
    Switch("framework.sparse", .truth(yes: ["--sparse"], no: ["--dense"])),
    Switch("framework.distributed_mode", .fixed(["DDP", "horovod"], oneWay)),
    Switch("framework.oversubscribe", .fixed(["1"], "mpirun says how many ranks a machine has")),
    Switch("framework.compile", .fixed(["False"], "everything is compiled already; use False")),
    Switch(
      "framework.environment_variables.*",
      .refused("set environment variables before the program starts")),
  ]

  private static let network: [Switch] = [
    Switch("network.name", .option("--preset", presets)),
    truthOption("network.bias", "--use-bias"),
    Switch(
      "network.normalization", .option("--batch-norm", ["batch": "True", "none": "False"])),
    Switch("network.n_initial_filters", .option("--n-initial-filters")),
    Switch("network.blocks_per_layer", .option("--blocks-per-layer")),
    Switch("network.blocks_deepest_layer", .option("--blocks-deepest-layer")),
    Switch("network.blocks_final", .option("--blocks-final")),
    Switch("network.depth", .option("--network-depth")),
    Switch("network.filter_size_deepest", .option("--filter-size-deepest")),
    Switch("network.kernel_size", .option("--filter-size-deepest", ["3": "3"])),
    Switch("network.bottleneck_deepest", .option("--bottleneck-deepest")),
    truthOption("network.residual", "--residual"),
    Switch("network.block_style", .option("--residual", ["residual": "True", "none": "False"])),
    Switch("network.depthwise", .fixed(["False"], "blocks convolve all channels; use False")),
    truthOption("network.block_concat", "--block-concat"),
    Switch("network.weight_decay", .option("--regularize-weights")),
    Switch("network.connections", .option("--connections")),
    Switch("network.conv_mode", .option("--conv-mode", ["conv_2D": "2D", "conv_3D": "3D"])),
    Switch("network.growth_rate", .option("--growth-rate")),
    Switch("network.downsampling", .option("--downsampling")),
    Switch("network.upsampling", .option("--upsampling")),
    Switch(
      "network.activation",
      .fixed(["leaky_relu"], "--leak is the slope for negative values, 0 for ReLU")),
    Switch("network.classification.active", .truth(yes: ["--classification"], no: [])),
    truthOption("network.classification.detach", "--classification-detach"),
    Switch("network.classification.weight", .option("--classification-weight")),
    Switch("network.classification.n_filters", .option("--classification-n-filters")),
    Switch("network.classification.n_layers", .option("--classification-n-layers")),
    Switch("network.vertex.active", .truth(yes: ["--vertex"], no: [])),
    truthOption("network.vertex.detach", "--vertex-detach"),
    Switch("network.vertex.depth", .option("--vertex-depth")),
    Switch("network.vertex.weight", .option("--vertex-weight")),
    Switch("network.vertex.n_layers", .option("--vertex-n-layers")),
    Switch("network.vertex.n_filters", .option("--vertex-n-filters")),
    Switch("network.vertex.l_det", .option("--vertex-l-det")),
    Switch("network.vertex.l_coord", .option("--vertex-l-coord")),
  ]

  /// Groups of today's configuration: `network=a21`.
  public static let groups: [Switch] = [
    Switch(
      "mode", ["mode.name"], .part(of: "mode", "the command: train, inference, iotest or build_net")
    ),
    Switch("network", .option("--preset", presets)),
    Switch("framework", .fixed(["torch"], ownFramework)),
    Switch("data", synthetic(["real": "False", "synthetic": "True"])),
  ]

  private static let presets = [
    "default": "uresnet", "uresnet": "uresnet", "a21": "a21", "polaris": "polaris",
    "scc21": "scc21", "scc_21": "scc21", "uresnet3d": "uresnet3d",
  ]
}
