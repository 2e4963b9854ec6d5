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
  private let settings: [String: String]
  private let report: (String) -> Void
  private var best: (step: Int, overlap: Double)?
  private var latest: Int?

  /// - Parameters:
  ///   - place: how far the run has come that goes on.
  ///   - report: is told what was kept as the best.
  init(
    _ folder: CheckpointFolder, _ logFolder: OutputFolder, _ network: UResNetConfiguration,
    _ data: DataConfiguration, _ training: TrainingConfiguration, after place: Beginning.Place?,
    report: @escaping (String) -> Void
  ) {
    self.folder = folder
    self.logFolder = logFolder
    self.data = data
    self.training = training
    self.report = report
    settings = network.settings.merging(data.imageSettings) { $1 }
    state = place?.state ?? [:]
    latest = place?.steps
    if let step = state["best-step"].flatMap({ Int($0) }),
      let overlap = state["best-neutrino-iou"].flatMap({ Double($0) })
    {
      best = (step, overlap)
    }
  }

  /// Whether the newest checkpoint is that of so many steps.
  func has(_ steps: Int) -> Bool { latest == steps }

  /// Takes the newest as not yet complete: it will be written again.
  func reopen() { latest = nil }

  /// The newest checkpoint.
  var latestFile: String { latest.map(folder.file) ?? "no checkpoint" }

  /// Writes the checkpoint of so many steps, and keeps it if it is the best.
  ///
  /// - Parameter score: the neutrino overlap of validation; nothing where there was none.
  func write(
    _ steps: Int, _ trainer: Trainer, _ watch: [String: String], score: Double?
  ) throws {
    let isBest = score.map { $0 > best?.overlap ?? -1 } ?? false
    if isBest, let score { best = (steps, score) }
    let checkpoint = Checkpoint(
      of: trainer.network, step: steps, configuration: settings,
      state: watch.merging(described(steps)) { $1 }, training: trainer.state)
    try folder.write(checkpoint)
    latest = steps
    guard isBest, let score else { return }
    try folder.promote(checkpoint)
    report(
      "Best so far: step \(steps), neutrino overlap \(StepLine.significant(score)) of validation")
  }

  /// What a run needs beside numbers, and what a reader may want to know.
  private func described(_ steps: Int) -> [String: String] {
    var state = [
      "mode": training.mode.rawValue, "random-seed": "\(training.seed)",
      "data-seed": "\(data.seed)",
      "batches-read": "\(steps * training.accumulation)",
      "minibatch-size": "\(data.minibatchSize)",
      "gradient-accumulation": "\(training.accumulation)",
      "learning-rate": "\(training.usedLearningRate)",
      "lr-schedule": training.schedule.kind.rawValue,
      "instruction-set": InstructionSet.current.name, "hdf5-version": HDF5.version,
    ]
    state["weights"] = training.weights ?? self.state["weights"]
    if let best {
      state["best-step"] = "\(best.step)"
      state["best-neutrino-iou"] = "\(best.overlap)"
    }
    return state
  }

  /// Keeps the events of a step that could not be taken, and says where.
  func keepFailure(_ step: Int, _ events: [Int]) throws -> String {
    let path = logFolder.file("nonfinite-step-\(step).h5")
    let source = try data.openSource()
    let writer = try LArCVWriter(path: path, products: [data.imageProducer, data.labelProducer])
    for number in events {
      let event = try source.event(number)
      try writer.append(
        event.id ?? EventID(run: -1, subrun: -1, event: Int64(number)),
        images: [(data.imageProducer, event.images), (data.labelProducer, event.labels)])
    }
    try writer.close()
    return "the events are in \(path), the network before the step in \(folder.file(step)), for "
      + "--file and --weights"
  }
}
