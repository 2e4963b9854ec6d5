import Networks

/// The listing of June 2019: every field of that program's command line as ` NAME = value`, values as
/// Python prints them.
struct SeedListing {
  private let fields: [(name: String, value: String)]

  /// The fields of a training run; those that nothing here depends on have the values they had.
  init(
    _ data: DataConfiguration, _ network: UResNetConfiguration, _ training: TrainingConfiguration,
    shape: [Int]
  ) {
    let part = Self.network(network).merging(Self.data(data, shape: shape)) { $1 }
    fields = part.merging(Self.training(training)) { $1 }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// The lines, title first.
  var lines: [String] { ["-- CONFIG --"] + fields.map { " \($0.name) = \($0.value)" } }

  private static func network(_ network: UResNetConfiguration) -> [String: String] {
    [
      "BATCH_NORM": truth(network.batchNorm), "BLOCK_CONCAT": truth(network.deepest == .perPlane),
      "BOTTLENECK_SIZE": "-1", "CONNECTIONS": text(network.connections.rawValue),
      "CONNECT_PRE_RES_BLOCKS_DOWN": truth(network.connectPreDown),
      "CONNECT_PRE_RES_BLOCKS_UP": truth(network.connectPreUp),
      "CONV_MODE": text(network.deepest == .convolved ? "3D" : "2D"),
      "GROWTH_RATE": text(network.growth == .additive ? "linear" : "multiplicative"),
      "NETWORK_DEPTH": "\(network.depth)", "NPLANES": "\(network.planes)",
      "N_INITIAL_FILTERS": "\(network.initialFilters)", "RESIDUAL": truth(network.residual),
      "RES_BLOCKS_DEEPEST_LAYER": "\(network.blocksDeepest)",
      "RES_BLOCKS_FINAL": "\(network.blocksFinal)",
      "RES_BLOCKS_PER_LAYER": "\(network.blocksPerLayer)", "SHARE_WEIGHTS": "True",
      "USE_BIAS": truth(network.bias),
    ]
  }

  private static func data(_ data: DataConfiguration, shape: [Int]) -> [String: String] {
    [
      "FILE": data.file.map(text) ?? "None", "IMAGE_PRODUCER": text(data.imageProducer),
      "INPUT_HALF_PRECISION": truth(data.roundsCharges), "IO_VERBOSITY": "3",
      "LABEL_PRODUCER": text(data.labelProducer),
      "MAX_VOXELS": data.maxVoxels.map(String.init) ?? "None",
      "MINIBATCH_SIZE": "\(data.minibatchSize)", "SHAPE": "\(shape)",
    ]
  }

  private static func training(_ training: TrainingConfiguration) -> [String: String] {
    var fields = [
      "AUX_FILE": training.auxiliaryFile.map(text) ?? "None", "AUX_IO_VERBOSITY": "3",
      "AUX_ITERATION": "\(training.auxiliaryIteration)",
      "AUX_MINIBATCH_SIZE": "\(training.auxiliaryMinibatchSize)",
      "CHECKPOINT_DIRECTORY": training.checkpointDirectory.map(text) ?? "None",
      "CHECKPOINT_ITERATION": "\(training.checkpointIteration)", "COMPUTE_MODE": "'CPU'",
      "DISTRIBUTED": "False", "INTER_OP_PARALLELISM_THREADS": "2",
      "INTRA_OP_PARALLELISM_THREADS": "\(training.threadLimit)",
      "ITERATIONS": "\(training.iterations)", "LEARNING_RATE": "\(training.learningRate)",
      "LOGGING_ITERATION": "\(training.loggingIteration)",
      "LOG_DIRECTORY": text(training.logDirectory), "LOSS_SCALE": "\(training.lossScale)",
      "MODE": "'train'", "MODEL_HALF_PRECISION": truth(training.precision == .bfloat16),
      "OPTIMIZER": text(training.optimizer.rawValue),
      "REGULARIZE_WEIGHTS": "\(training.weightDecay)",
      "SPARSE": truth(training.mode == .sparse),
      "SUMMARY_ITERATION": "\(training.summaryIteration)", "TRAINING": "True",
      "VERBOSITY": "\(training.verbosity)",
    ]
    if let balance = training.seedBalanceLoss {
      fields["BALANCE_LOSS"] = truth(balance)
    } else {
      fields["LOSS_BALANCE_SCHEME"] = text(training.balance.rawValue)
    }
    return fields
  }

  private static func truth(_ value: Bool) -> String { value ? "True" : "False" }

  /// As Python prints it: in quotes that it does not hold, if there are such.
  private static func text(_ value: String) -> String {
    let quote = value.contains("'") && !value.contains("\"") ? "\"" : "'"
    let escaped = value.replacing("\\", with: "\\\\")
    return quote + (quote == "'" ? escaped.replacing("'", with: "\\'") : escaped) + quote
  }
}
