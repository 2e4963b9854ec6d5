import Foundation
import Networks

/// What a run reads: files or simulated events, and how their pixels are understood.
public struct DataConfiguration: Equatable, Sendable {
  /// Which axis of an image counts wires and which drift time.
  public enum Axes: String, CaseIterable, Sendable {
    /// Wire × drift where the first axis is the longer one, as today's files have it; row × column
    /// otherwise.
    case automatic = "auto"
    /// The first axis counts wires, the second drift time: today's files.
    case wireDrift = "wire-drift"
    /// The first axis counts rows (drift time), the second columns (wires): files before 2020.
    case rowColumn = "row-column"
  }

  /// What the values of label pixels mean.
  public enum LabelConvention: String, CaseIterable, Sendable {
    /// Today's files.
    case cosmicOne = "cosmic=1,neutrino=2"
    /// Files of 2019.
    case neutrinoOne = "neutrino=1,cosmic=2"
  }

  /// The order events are read in.
  public enum Access: String, CaseIterable, Sendable {
    /// Every event once an epoch, in a new random order each.
    case shuffledEpochs = "shuffled_epochs"
    /// Blocks of consecutive events in a random order, every block once an epoch.
    case randomBlocks = "random_blocks"
    /// Events drawn at random for every batch, none twice in it; there are no epochs.
    case randomEvents = "random_events"
    /// From the first event to the last, and again.
    case serialAccess = "serial_access"
  }

  /// What happens to events of more voxels than `maxVoxels`.
  public enum LongEvents: String, CaseIterable, Sendable {
    /// They are refused.
    case refuse
    /// Voxels of charge beyond the limit, in stored order, are left out, and counted.
    case truncate
  }

  /// The larcv3 file, or several with commas between them; nothing for simulated events.
  public var file: String?
  /// Producer of the charge images.
  public var imageProducer = "sbndwire"
  /// Producer of the label images.
  public var labelProducer = "sbnd_cosmicseg"
  /// Whether label images are read; without them all pixels count as background.
  public var readsLabels = true
  /// Whether particles and clusters are read, as heads for events and vertices need them.
  public var readsTruth = false
  /// Producer of those particles and clusters.
  public var truthProducer = "sbndneutrino"
  /// The meaning of the axes.
  public var axes = Axes.automatic
  /// The meaning of label values.
  public var labelConvention = LabelConvention.cosmicOne
  /// How many times images are halved before use.
  public var downsample = 0
  /// Whether charges are rounded to bfloat16.
  public var roundsCharges = false
  /// Whether every pixel of an image becomes a site, as a network over full images needs them.
  public var fillsImages = false
  /// Voxels of charge that a plane of an event may have, if there is a limit.
  public var maxVoxels: Int?
  /// What happens to events beyond that limit.
  public var longEvents = LongEvents.refuse
  /// Whether events whose data are bad are left out, and counted, instead of refused.
  public var skipsBadEvents = false
  /// Whether another process reads files, so that one made on purpose can harm nobody but it.
  public var isolatesReader = false
  /// What the command that reads offers against an event that ends its reader.
  public var badEventRemedy =
    "leave this event out, as --skip-bad-events does, or produce the file again"
  /// How events to train on are changed.
  public var augmentation = Augmentation()
  /// Rows and columns that images must have, if that is asked.
  public var shape: [Int]?
  /// Planes that events must have, if that is asked.
  public var planeCount: Int?
  /// Whether the network is given the logarithm of charge plus one.
  public var takesLogarithm = false
  /// Order of events.
  public var access = Access.shuffledEpochs
  /// Events of a batch.
  public var minibatchSize = 2
  /// Seed of the order of events and of simulated events.
  public var seed: UInt64 = 0

  /// Today's conventions.
  public init() {}

  /// The defaults of a preset: those of June 2019 with the seed's, whose images were half as large as
  /// today's, otherwise today's.
  public init(preset: UResNetConfiguration.Preset) {
    guard preset == .seed else { return }
    minibatchSize = 1
    downsample = 1
    maxVoxels = 35_000
  }

  /// Checks ranges.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  public func validate() throws(TaggerError) {
    guard (1...65_536).contains(minibatchSize) else {
      throw TaggerError(
        .usage, "--minibatch-size \(minibatchSize) is not possible: use 1 to 65536 events")
    }
    if let maxVoxels, maxVoxels < 0 {
      throw TaggerError(.usage, "--max-voxels \(maxVoxels) is not possible: use zero or more")
    }
    guard longEvents == .refuse || maxVoxels != nil else {
      throw TaggerError(
        .usage, "--on-max-voxels truncate needs a limit: give one with --max-voxels")
    }
    try augmentation.validate()
    guard imageProducer != labelProducer else {
      throw TaggerError(
        .usage,
        "\(imageProducer) cannot be both --image-producer and --label-producer: "
          + "a network would be given the answer")
    }
    guard (0...8).contains(downsample) else {
      throw TaggerError(.usage, "--downsample \(downsample) is not possible: use 0 to 8")
    }
  }
}

extension DataConfiguration {
  /// The files of `file`, which is one where there is one of this very name.
  public var files: [String] {
    guard let file else { return [] }
    if FileManager.default.fileExists(atPath: file) { return [file] }
    return file.split(separator: ",").map(String.init)
  }

  /// The configuration for events that are not trained on: as they were recorded.
  func unchanged() -> DataConfiguration {
    var data = self
    data.augmentation = Augmentation()
    return data
  }

  /// The configuration with images as a mode computes them.
  func filling(for mode: TrainingConfiguration.Mode) -> DataConfiguration {
    var data = self
    data.fillsImages = mode == .dense
    return data
  }
}
