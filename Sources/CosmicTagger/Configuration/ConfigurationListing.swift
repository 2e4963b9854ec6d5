import Kernels
import Logging
import Networks

/// The `-- CONFIG --` listing that CosmicTagger prints at the start: names in capitals, sorted, padded
/// with dots to 30 columns.
public struct ConfigurationListing {
  private var values: [String: String] = [:]

  /// An empty listing.
  public init() {}

  /// Adds one line.
  public mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    values[name.uppercased()] = value.description
  }

  /// The lines, title first.
  public var lines: [String] {
    ["-- CONFIG --"]
      + values.sorted { $0.key < $1.key }.map { name, value in
        " " + name + String(repeating: ".", count: max(1, 30 - name.count)) + ": " + value
      }
  }

  /// Adds what a run reads.
  public mutating func add(_ data: DataConfiguration) {
    add("file", data.file ?? "simulated events")
    add("image_producer", data.imageProducer)
    add("label_producer", data.labelProducer)
    add("axes", data.axes.rawValue)
    add("label_convention", data.labelConvention.rawValue)
    add("downsample", data.downsample)
    add("input_half_precision", text(data.roundsCharges))
    // Simulated events have no end and therefore no other order than their own.
    add("access", (data.file == nil ? .serialAccess : data.access).rawValue)
    add("minibatch_size", data.minibatchSize)
    add("data_seed", data.seed)
    add("img_transform", text(data.takesLogarithm))
    if data.readsTruth { add("truth_producer", data.truthProducer) }
    add("shape", data.shape.map { $0.map(String.init).joined(separator: "×") } ?? "any")
    add("max_voxels", data.maxVoxels.map(String.init) ?? "none")
    add("on_max_voxels", data.longEvents.rawValue)
    add("skip_bad_events", text(data.skipsBadEvents))
    add("isolate_reader", text(data.isolatesReader))
    for (name, value) in data.augmentation.settings {
      add(name.replacing("-", with: "_"), value)
    }
  }

  /// Adds how a run trains.
  public mutating func add(_ training: TrainingConfiguration) {
    add("preset", training.preset.rawValue)
    add("form", training.form.rawValue)
    add("conv_mode", training.convolutionMode.rawValue)
    add("no_summary_images", text(!training.drawsPicture))
    add("iterations", training.iterations)
    add("regularize_weights", training.weightDecay)
    add("learning_rate", training.learningRate)
    add("lr_schedule", training.schedule.kind.rawValue)
    add("min_learning_rate", training.schedule.minimum.map { "\($0)" } ?? "none")
    add("decay_floor", training.schedule.floor)
    add("decay_epochs", training.schedule.decayEpochs)
    add("warm_up_steps", training.schedule.warmUpSteps.map { "\($0)" } ?? "none")
    add("optimizer", training.optimizer.rawValue)
    add("clip_gradient", training.clippingNorm.map { "\($0)" } ?? "none")
    add("gradient_accumulation", training.accumulation)
    add("on_nonfinite", training.nonFinite.rawValue)
    if let balance = training.seedBalanceLoss {
      add("balance_loss", text(balance))
    } else {
      add("loss_balance_scheme", training.balance.rawValue)
    }
    add("metrics", training.averaging.rawValue)
    add("seed", training.seed)
    add("threads", training.threads)
    add("convolution", training.convolution.rawValue)
    add("precision", training.precision.rawValue)
    add("loss_scale", training.lossScale)
    add("classification_weight", training.heads.classification)
    add("vertex_weight", training.heads.vertex)
    add("vertex_l_det", training.heads.parts.detection)
    add("vertex_l_coord", training.heads.parts.coordinates)
    add("distributed", text(training.ranks.isDistributed))
    if training.ranks.isDistributed {
      add("distribute", training.ranks.distribution.rawValue)
      add("balance", text(training.ranks.balancesEvents))
      add("sync_batch_norm", text(training.ranks.sharesStatistics))
      add("gradient_precision", training.ranks.gradientPrecision.rawValue)
      add("rank_scaling", training.ranks.scaling.rawValue)
    }
    add("instruction_set", InstructionSet.current.name)
    add("site_index", training.siteIndex.rawValue)
    add("logging_iteration", training.loggingIteration)
    add("score_events", training.scoredEvents)
    add("aux_file", training.auxiliaryFile ?? "none")
    add("aux_iteration", training.auxiliaryIteration)
    add("aux_minibatch_size", training.auxiliaryMinibatchSize)
    add("validate_all", text(training.validatesAll))
    add("no_tensorboard", text(!training.writesSummaries))
    add("summary_iteration", training.summaryIteration)
    add("profile", text(training.profiles))
    add("checkpoint_iteration", training.checkpointIteration)
    add("checkpoint_directory", training.checkpointDirectory ?? training.logDirectory)
    add("weights", training.weights ?? "none")
    add("verbosity", training.verbosity)
    add("log_directory", training.logDirectory)
  }

  /// Adds the network's switches.
  public mutating func add(_ network: UResNetConfiguration) {
    add("nplanes", network.planes)
    add("n_initial_filters", network.initialFilters)
    add("network_depth", network.depth)
    add("blocks_per_layer", network.blocksPerLayer)
    add("blocks_deepest_layer", network.blocksDeepest)
    add("blocks_final", network.blocksFinal)
    add("residual", text(network.residual))
    add("connections", network.connections.rawValue)
    add("growth_rate", network.growth.rawValue)
    add("use_bias", text(network.bias))
    add("batch_norm", text(network.batchNorm))
    add("downsampling", network.downsampling.rawValue)
    add("upsampling", network.upsampling.rawValue)
    add("bottleneck_deepest", network.deepestChannels)
    add("filter_size_deepest", network.filterSizeDeepest)
    add("initial_filter_size", network.initialFilterSize)
    add("deepest", network.deepest.rawValue)
    add("initial_activation", text(network.initialActivation))
    add("merge_activation", text(network.mergeActivation))
    add("join_activation", text(network.joinActivation))
    add("block_concat", text(network.deepest == .perPlane))
    add("connect_pre_res_blocks_down", text(network.connectPreDown))
    add("connect_pre_res_blocks_up", text(network.connectPreUp))
    add("split_scope", network.splitScope.rawValue)
    add("normalization_scope", network.normalizationScope.rawValue)
    add("leak", network.leak)
    add("leak_after_sum", network.leakAfterSum ?? network.leak)
    add("leak_of_scaling", network.leakOfScaling ?? network.leak)
    add("normalization_epsilon", network.normalizationEpsilon)
    add("normalization_momentum", network.normalizationMomentum)
    add("classification", text(network.classification.isActive))
    add("classification_detach", text(network.classification.detaches))
    add("classification_n_filters", network.classification.filters)
    add("classification_n_layers", network.classification.blocks)
    add("vertex", text(network.vertex.isActive))
    add("vertex_detach", text(network.vertex.detaches))
    add("vertex_depth", network.vertex.depth)
    add("vertex_n_filters", network.vertex.filters)
    add("vertex_n_layers", network.vertex.blocks)
  }

  /// As Python prints truth values, which is what the original's users look for.
  private func text(_ value: Bool) -> String {
    value ? "True" : "False"
  }
}

extension Logger {
  /// Says how options were understood, to who asked for more than results.
  func debug(_ data: DataConfiguration, _ network: UResNetConfiguration? = nil) {
    var listing = ConfigurationListing()
    listing.add(data)
    if let network { listing.add(network) }
    for line in listing.lines { debug("\(line)") }
  }
}
