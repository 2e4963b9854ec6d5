import Foundation
import Logging
import Networks
import Training

/// What a run begins from: the newest checkpoint of its folder, else given weights, else nothing.
struct Beginning {
  /// A checkpoint, where there is one, and its file.
  private let found: (file: String, checkpoint: Checkpoint)?
  /// Whether it is of the run itself.
  private let isResumed: Bool

  /// What the first rank has found, at all of them: others may not see its files.
  ///
  /// - Parameter find: what the first rank does to find it.
  /// - Throws: on all ranks what kept the first from reading it.
  init(_ ranks: RankGroup, _ find: () throws -> Beginning) throws(TaggerError) {
    let own = try ranks.agreed { ranks.isFirst ? try find() : nil }
    let file = try ranks.shared { [own?.found?.file].compactMap(\.self) }
    isResumed = try ranks.shared { own?.isResumed ?? false }
    guard let name = file.first, ranks.size > 1 else {
      found = own?.found
      return
    }
    let bytes = try ranks.agreed {
      ranks.isFirst ? Array(try Data(contentsOf: URL(filePath: name))) : []
    }
    let image = ranks.communicator.broadcast(bytes)
    found = try ranks.agreed { try own?.found ?? (name, Self.checkpoint(image)) }
  }

  /// A checkpoint of the bytes of its file.
  private static func checkpoint(_ bytes: [UInt8]) throws -> Checkpoint {
    let copy = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).h5")
    defer { try? FileManager.default.removeItem(at: copy) }
    try Data(bytes).write(to: copy)
    return try Checkpoint(contentsOf: copy.path(percentEncoded: false))
  }

  /// Reads what there is.
  ///
  /// - Throws: `TaggerError` or `FileError` when it cannot be read, or is of a run that began elsewhere.
  init(
    _ folder: CheckpointFolder, _ training: TrainingConfiguration, _ logger: Logger
  ) throws {
    let newest = try folder.latest { logger.warning("\($0)") }
    isResumed = newest != nil
    guard let newest else {
      found = try training.weights.map { path in
        try CheckpointFolder.checkpoint(named: path) { logger.warning("\($0)") }
      }
      return
    }
    if let weights = training.weights, newest.checkpoint.state["weights"] != weights,
      !CheckpointFolder.isSame(weights, newest.file)
    {
      throw TaggerError(
        .usage,
        "\(folder.folder) holds a run that did not begin from \(weights), and is at \(newest.file): "
          + "choose another --log-directory to begin from there, or leave --weights out to go on")
    }
    found = newest
  }

  /// How far a run has come.
  struct Progress {
    /// Steps taken.
    var steps = 0
    /// What its checkpoint says beside numbers.
    var state: [String: String] = [:]

    /// Batches that were read for these steps.
    func batches(_ training: TrainingConfiguration) -> Int {
      state["batches-read"].flatMap { Int($0) } ?? steps * training.accumulation
    }
  }

  /// How far the run has come that goes on; nothing for a new run.
  var progress: Progress? {
    guard isResumed, let found else { return nil }
    return Progress(steps: found.checkpoint.step, state: found.checkpoint.state)
  }

  /// Gives a trainer what was found.
  ///
  /// - Parameter settings: what else decides what a run gives, by the names of options.
  /// - Throws: `CheckpointError` when it does not fit.
  func restore(
    _ trainer: Trainer, _ configuration: UResNetConfiguration, iterations: Int,
    settings: [String: String], _ logger: Logger
  ) throws {
    guard let (file, checkpoint) = found else { return }
    for line in checkpoint.differences(file, from: configuration) { logger.info("\(line)") }
    let remedy = checkpoint.remedy(for: configuration)
    try checkpoint.load(
      into: trainer.network, file: file,
      remedy: isResumed ? "\(remedy), or another --log-directory" : remedy)
    logger.info("Restoring weights from  \(file)")
    guard isResumed else { return }
    try trainer.restore(checkpoint.training, steps: checkpoint.step, file: file)
    if checkpoint.training == nil {
      logger.warning("\(file) says nothing of the optimizer, which begins anew")
    }
    for (name, there) in checkpoint.state.sorted(by: { $0.key < $1.key }) {
      guard let here = settings[name], here != there else { continue }
      if name == "ranks" {
        let own = settings["sync-batch-norm"] == "true" ? "" : " and statistics of each rank's own"
        logger.warning(
          """
          \(file) was made by \(there) ranks, here there are \(here): every batch is shared out anew, \
          and what follows is the same but for rounding\(own)
          """)
        continue
      }
      logger.warning(
        "\(file) was made with \(name) \(there), here it is \(here): what follows is not what one run gives"
      )
    }
    let done =
      checkpoint.step < iterations
      ? "" : ": all \(iterations) steps are taken, -i counts those of the whole run"
    logger.info("Going on after step \(checkpoint.step)\(done)")
  }
}
