import HDF5Files
import Kernels
import LArCV
import Layers
import Networks
import Training

/// Writes a run's checkpoints, and knows which was the best.
final class CheckpointKeeper {
  /// What the checkpoint that the run went on from said beside its parameters.
  let state: [String: String]

  private let folder: CheckpointFolder
  private let logFolder: OutputFolder
  private let data: DataConfiguration
  private let training: TrainingConfiguration
  private let ranks: Int
  private let settings: [String: String]
  private let report: (String) -> Void
  private var best: (step: Int, overlap: Double)?
  private var latest: Int?
  private let stepsBefore: Int
  private let batchesBefore: Int

  /// - Parameters:
  ///   - progress: how far the run has come that goes on.
  ///   - report: is told what was kept as the best.
  init(
    _ folder: CheckpointFolder, _ logFolder: OutputFolder, _ network: UResNetConfiguration,
    _ data: DataConfiguration, _ training: TrainingConfiguration,
    ranks: Int, after progress: Beginning.Progress?,
    report: @escaping (String) -> Void
  ) {
    self.folder = folder
    self.logFolder = logFolder
    self.data = data
    self.training = training
    self.ranks = ranks
    self.report = report
    settings = network.settings.merging(data.imageSettings) { $1 }
    state = progress?.state ?? [:]
    latest = progress?.steps
    stepsBefore = progress?.steps ?? 0
    batchesBefore = progress?.batches(training) ?? 0
    if let step = state["best-step"].flatMap({ Int($0) }),
      let overlap = state["best-neutrino-iou"].flatMap({ Double($0) })
    {
      best = (step, overlap)
    }
  }

  /// Whether the newest checkpoint is that of so many steps.
  func has(_ steps: Int) -> Bool { latest == steps }

  /// The newest checkpoint.
  var latestFile: String { latest.map(folder.file) ?? "no checkpoint" }

  /// Writes the checkpoint of so many steps, and keeps it if it is the best.
  ///
  /// - Parameter score: the neutrino overlap of validation; nothing where there was none.
  /// - Throws: `TaggerError` for a network with values that are not finite: the files before stay.
  func write(
    _ steps: Int, _ trainer: Trainer, _ watch: [String: String], score: Double?
  ) throws {
    let isBest = score.map { $0 > best?.overlap ?? -1 } ?? false
    let before = best
    if isBest, let score { best = (steps, score) }
    do {
      let checkpoint = Checkpoint(
        of: trainer.network, step: steps, configuration: settings,
        state: watch.merging(described(steps)) { $1 }, training: trainer.state)
      if let lost = checkpoint.parameters.first(where: { !$0.values.allSatisfy(\.isFinite) }) {
        throw TaggerError(
          .badData,
          "after \(steps) steps \(lost.name) has values that are not finite, and is not kept: lower the "
            + "learning rate, or give --clip-gradient, and go on from \(latestFile)")
      }
      try folder.write(checkpoint, isBest: isBest)
    } catch {
      best = before
      throw error
    }
    latest = steps
    guard isBest, let score else { return }
    report(
      "Best so far: step \(steps), neutrino overlap \(StepLine.significant(score)) of validation")
  }

  /// What a run needs beside numbers, and what a reader may want to know.
  private func described(_ steps: Int) -> [String: String] {
    var state = training.runSettings(data, ranks: ranks)
    state["batches-read"] =
      "\(batchesBefore + (steps - stepsBefore) * training.accumulation)"
    state["hdf5-version"] = HDF5.version
    state["weights"] = training.weights ?? self.state["weights"]
    if let best {
      state["best-step"] = "\(best.step)"
      state["best-neutrino-iou"] = "\(best.overlap)"
    }
    return state
  }

  /// Keeps the events of a step that could not be taken, and says where.
  func keepFailure(_ step: Int, _ events: [Int]) -> String {
    let path = logFolder.file("nonfinite-step-\(step).h5")
    let network = has(step) ? "the network before the step in \(folder.file(step))" : ""
    do {
      try writeEvents(events, to: path)
    } catch {
      return "the events could not be kept (\(error)), \(network)"
    }
    let truth = data.readsTruth ? " without their particles and clusters" : ""
    return "the events are in \(path)\(truth), \(network), for --file and --weights"
  }

  private func writeEvents(_ events: [Int], to path: String) throws {
    let source = try data.openSource()
    let writer = try LArCVWriter(path: path, products: [data.imageProducer, data.labelProducer])
    for number in events {
      let event = try source.event(number)
      try writer.append(
        event.id ?? EventID(run: -1, subrun: -1, event: Int64(number)),
        images: [(data.imageProducer, event.images), (data.labelProducer, event.labels)])
    }
    try writer.close()
  }
}

extension TrainingConfiguration {
  /// What decides the numbers of a run beside its network and its images, by the names of options: runs
  /// that go on with the same give the same.
  func runSettings(_ data: DataConfiguration, ranks: Int) -> [String: String] {
    var settings = [
      "mode": mode.rawValue, "seed": "\(seed)", "data-seed": "\(data.seed)",
      "minibatch-size": "\(data.minibatchSize)", "access": data.access.rawValue,
      "gradient-accumulation": "\(accumulation)", "learning-rate": "\(usedLearningRate)",
      "lr-schedule": schedule.kind.rawValue, "regularize-weights": "\(weightDecay)",
      "precision": precision.rawValue, "instruction-set": InstructionSet.current.name,
      "loss-balance-scheme": seedBalanceLoss.map { "of 2019, \($0)" } ?? balance.rawValue,
      "metrics": averaging.rawValue, "loss-scale": "\(lossScale)",
      "clip-gradient": clippingNorm.map { "\($0)" } ?? "none",
    ]
    settings.merge(self.ranks.settings(ranks)) { $1 }
    settings.merge(data.imageSettings) { $1 }
    settings.merge(data.augmentation.settings.mapValues { "\($0)" }) { $1 }
    return settings
  }
}
