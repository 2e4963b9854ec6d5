import Layers
import Networks
import Tensors
import Training

/// A stored network, asked about one event at a time.
struct NetworkReader {
  /// The pixels it computes.
  let mode: TrainingConfiguration.Mode

  private let stored: StoredNetwork
  private let trainer: Trainer
  private let planner: NetworkPlanner

  /// The network, with running statistics.
  ///
  /// - Parameter mode: the pixels to compute; nothing for those it was trained on, or for all where the
  ///   network has no form for sites.
  /// - Throws: `TaggerError` when it has no form for these pixels.
  init(
    _ stored: StoredNetwork, _ mode: TrainingConfiguration.Mode?, threads: Int
  ) throws(TaggerError) {
    let interpolates = stored.configuration.upsampling == .bilinear
    let needsImages = interpolates || stored.configuration.deepest == .stacked
    self.stored = stored
    self.mode = mode ?? (needsImages ? .dense : stored.trainedMode ?? .sparse)
    guard self.mode == .dense || self.mode == .masked && !interpolates || !needsImages else {
      throw TaggerError(
        .usage,
        "the network of \(stored.file) is one for full images, which has no form for "
          + "--\(self.mode.rawValue): leave that out")
    }
    let network = try stored.network(self.mode)
    let training = TrainingConfiguration()
    trainer = Trainer(
      network: network, loss: training.loss, optimizer: training.optimizer.make(),
      threads: Threads(count: threads))
    planner = NetworkPlanner(
      network, inputChannels: stored.configuration.inputChannels, index: .automatic)
  }

  /// What the network says of an event's sites.
  ///
  /// - Throws: `TaggerError` when images and network do not fit each other.
  func read(
    _ batch: SiteAssembly.Batch, _ geometry: ImageGeometry, _ data: DataConfiguration
  ) throws -> Trainer.Evaluation {
    let configuration = stored.configuration
    let halvings = min(geometry.rows.trailingZeroBitCount, geometry.columns.trailingZeroBitCount)
    guard halvings >= configuration.depth else {
      throw TaggerError(
        .usage,
        "images of \(geometry.rows)×\(geometry.columns) (drift × wire) cannot be halved "
          + "\(configuration.depth) times, as the network of \(stored.file) halves them: use "
          + "--downsample \(stored.data.downsample), or images of the size it was trained on")
    }
    guard geometry.planes == configuration.planes else {
      throw TaggerError(
        .badData,
        "the events have \(geometry.planes) planes, where the network of \(stored.file) has "
          + "\(configuration.planes): give events of the detector it was trained on")
    }
    return try trainer.evaluate(batch.labelled(planner.plan(batch.sites)))
  }
}
