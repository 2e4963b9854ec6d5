import Foundation
import Networks

/// A run's configuration, all of it, as lines that `--config` reads again.
public struct ResolvedConfiguration {
  /// Options without their dashes, with their values; in alphabetical order.
  public let entries: [(option: String, value: String)]

  /// What gives the same run again, apart from where it writes.
  public init(
    _ data: DataConfiguration, _ network: UResNetConfiguration, _ training: TrainingConfiguration
  ) {
    var values = Self.values(of: network)
    values.merge(Self.values(of: data)) { $1 }
    values.merge(Self.values(of: training)) { $1 }
    values.merge(Self.losses(training.heads, of: network)) { $1 }
    // Where both are one, another --seed is meant for both.
    if data.seed != training.seed { values["data-seed"] = "\(data.seed)" }
    entries = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What ranks of a run have to be given alike: all but what may differ from machine to machine.
  var settingsOfRanks: [String: String] {
    var settings = Dictionary(uniqueKeysWithValues: entries.map { ($0.option, $0.value) })
    settings["threads"] = nil
    // Machines may have their own copies of files.
    for path in ["file", "aux-file", "weights"] {
      settings[path] = settings[path].map { _ in "a file" }
    }
    return settings
  }

  /// YAML, one option a line.
  public var text: String {
    entries.map { "\($0.option): \(Self.quoted($0.value))\n" }.joined()
  }

  /// As YAML reads it back, letter by letter.
  private static func quoted(_ value: String) -> String {
    let isPlain = value.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "_-./+".contains($0))
    }
    let isNothing = ["null", "Null", "NULL"].contains(value)
    guard !isPlain || isNothing || value.isEmpty else { return value }
    let escapes: [Unicode.Scalar: String] = [
      "\\": "\\\\", "\"": "\\\"", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    ]
    let text = value.unicodeScalars.map { scalar in
      let isControl = scalar.properties.generalCategory == .control
      return escapes[scalar] ?? (isControl ? String(format: "\\u%04X", scalar.value) : "\(scalar)")
    }
    return "\"\(text.joined())\""
  }

  private static func values(of network: UResNetConfiguration) -> [String: String] {
    // What the events, the preset or another switch decide is left to them.
    var values = network.settings.filter { $0.value != "none" || $0.key == "connections" }
    for name in ["planes", "input-channels", "classes"] { values[name] = nil }
    if network.deepest == .none {
      values["deepest"] = "none"
      for name in ["blocks-deepest-layer", "bottleneck-deepest", "filter-size-deepest"] {
        values[name] = nil
      }
    }
    if network.deepest == .stacked { values["bottleneck-deepest"] = nil }
    // The command line's interpolation is that of the form.
    if network.upsampling == .interpolation { values["upsampling"] = "nearest" }
    if !network.batchNorm {
      values["normalization-epsilon"] = nil
      values["normalization-momentum"] = nil
    }
    if network.connections == .none {
      values["connect-pre-res-blocks-down"] = nil
      values["connect-pre-res-blocks-up"] = nil
    }
    // What shapes a head that is not there says nothing.
    for (head, isActive) in [
      ("classification", network.classification.isActive), ("vertex", network.vertex.isActive),
    ] where !isActive {
      values = values.filter { $0.key != head && !$0.key.hasPrefix("\(head)-") }
    }
    return values
  }

  private static func losses(
    _ losses: HeadLosses, of network: UResNetConfiguration
  ) -> [String: String] {
    var values: [String: String] = [:]
    if network.classification.isActive {
      values["classification-weight"] = "\(losses.classification)"
    }
    if network.vertex.isActive {
      values["vertex-weight"] = "\(losses.vertex)"
      values["vertex-l-det"] = "\(losses.parts.detection)"
      values["vertex-l-coord"] = "\(losses.parts.coordinates)"
    }
    return values
  }

  private static func values(of data: DataConfiguration) -> [String: String] {
    var values = data.imageSettings
    values["minibatch-size"] = "\(data.minibatchSize)"
    values["access"] = data.access.rawValue
    values["file"] = data.file
    if data.readsTruth { values["truth-producer"] = data.truthProducer }
    values["on-max-voxels"] = data.longEvents.rawValue
    values["skip-bad-events"] = "\(data.skipsBadEvents)"
    values["isolate-reader"] = "\(data.isolatesReader)"
    values.merge(data.augmentation.settings.mapValues { "\($0)" }) { $1 }
    values["max-voxels"] = data.maxVoxels?.description
    values["shape"] = data.shape.map { $0.map(String.init).joined(separator: ",") }
    values["nplanes"] = data.planeCount?.description
    return values
  }

  private static func values(of ranks: RankConfiguration) -> [String: String] {
    var values = ["distributed": "\(ranks.isDistributed)"]
    guard ranks.isDistributed else { return values }
    values["distribute"] = ranks.distribution.rawValue
    values["balance"] = "\(ranks.balancesEvents)"
    values["sync-batch-norm"] = "\(ranks.sharesStatistics)"
    values["gradient-precision"] = ranks.gradientPrecision.rawValue
    values["rank-scaling"] = ranks.scaling.rawValue
    return values
  }

  private static func values(of training: TrainingConfiguration) -> [String: String] {
    var values = [
      "preset": training.preset.rawValue, "form": training.form.rawValue,
      "conv-mode": training.convolutionMode.rawValue, training.mode.rawValue: "true",
      "iterations": "\(training.iterations)", "learning-rate": "\(training.learningRate)",
      "regularize-weights": "\(training.weightDecay)", "optimizer": training.optimizer.rawValue,
      "metrics": training.averaging.rawValue, "seed": "\(training.seed)",
      "threads": "\(training.threads)", "convolution": training.convolution.rawValue,
      "precision": training.precision.rawValue, "loss-scale": "\(training.lossScale)",
      "site-index": training.siteIndex.rawValue,
      "logging-iteration": "\(training.loggingIteration)",
      "score-events": "\(training.scoredEvents)", "log-directory": training.logDirectory,
      "aux-iteration": "\(training.auxiliaryIteration)",
      "aux-minibatch-size": "\(training.auxiliaryMinibatchSize)",
      "checkpoint-iteration": "\(training.checkpointIteration)",
      "verbosity": "\(training.verbosity)", "no-summary-images": "\(!training.drawsPicture)",
      "lr-schedule": training.schedule.kind.rawValue,
      "decay-floor": "\(training.schedule.floor)",
      "decay-epochs": "\(training.schedule.decayEpochs)",
      "gradient-accumulation": "\(training.accumulation)",
      "on-nonfinite": training.nonFinite.rawValue, "validate-all": "\(training.validatesAll)",
      "no-tensorboard": "\(!training.writesSummaries)", "profile": "\(training.profiles)",
      "summary-iteration": "\(training.summaryIteration)",
    ]
    values.merge(Self.values(of: training.ranks)) { $1 }
    values["min-learning-rate"] = training.schedule.minimum.map { "\($0)" }
    values["warm-up-steps"] = training.schedule.warmUpSteps.map { "\($0)" }
    values["clip-gradient"] = training.clippingNorm.map { "\($0)" }
    if let balance = training.seedBalanceLoss {
      values["balance-loss"] = "\(balance)"
    } else {
      values["loss-balance-scheme"] = training.balance.rawValue
    }
    values["aux-file"] = training.auxiliaryFile
    values["weights"] = training.weights
    values["checkpoint-directory"] = training.checkpointDirectory
    return values
  }
}
