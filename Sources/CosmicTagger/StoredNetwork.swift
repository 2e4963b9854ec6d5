import Layers
import Networks
import Training

/// A trained network as a checkpoint holds it, with how the images it was trained on were read.
public struct StoredNetwork {
  /// The checkpoint's file.
  public let file: String
  /// Its content.
  public let checkpoint: Checkpoint
  /// The network's switches.
  public let configuration: UResNetConfiguration
  /// How its images were read; of what file, the checkpoint does not say.
  public let data: DataConfiguration

  /// Reads a checkpoint.
  ///
  /// - Parameters:
  ///   - path: a file, or a folder that training wrote, for the newest that is sound.
  ///   - report: is told of each that is damaged.
  /// - Throws: `TaggerError` when it cannot be read, or says no network.
  public init(
    _ path: String, _ report: (String) -> Void = { _ in }
  ) throws(TaggerError) {
    do {
      (file, checkpoint) = try CheckpointFolder.checkpoint(named: path, report)
    } catch {
      throw TaggerError(error)
    }
    do {
      configuration = try UResNetConfiguration(settings: checkpoint.configuration)
    } catch {
      throw TaggerError(
        .badData, "\(file) says no network (\(error)): give a checkpoint that training wrote")
    }
    data = DataConfiguration(imageSettings: checkpoint.configuration)
  }

  /// The pixels it was trained on; nothing where the checkpoint does not say.
  public var trainedMode: TrainingConfiguration.Mode? {
    checkpoint.state["mode"].flatMap { TrainingConfiguration.Mode(rawValue: $0) }
  }

  /// The network with its parameters, for pixels of a mode.
  ///
  /// - Throws: `TaggerError` when it has no form for these pixels.
  public func network(
    _ mode: TrainingConfiguration.Mode
  ) throws(TaggerError) -> any Layer<SparseTensor> {
    do {
      let network = try configuration.network(mode, seed: 0)
      try checkpoint.load(
        into: network, file: file, remedy: "it is damaged, or of another version of this program")
      return network
    } catch {
      throw TaggerError(error)
    }
  }
}

extension DataConfiguration {
  /// How pixels become what a network sees, by the names of options: what belongs to trained weights.
  var imageSettings: [String: String] {
    [
      "downsample": "\(downsample)", "axes": axes.rawValue,
      "label-convention": labelConvention.rawValue, "image-producer": imageProducer,
      "label-producer": labelProducer, "img-transform": "\(takesLogarithm)",
      "input-half-precision": "\(roundsCharges)",
    ]
  }

  /// What `imageSettings` told of; today's conventions for what is not there.
  init(imageSettings settings: [String: String]) {
    self.init()
    downsample = settings["downsample"].flatMap { Int($0) } ?? downsample
    axes = settings["axes"].flatMap { Axes(rawValue: $0) } ?? axes
    labelConvention =
      settings["label-convention"].flatMap { LabelConvention(rawValue: $0) } ?? labelConvention
    imageProducer = settings["image-producer"] ?? imageProducer
    labelProducer = settings["label-producer"] ?? labelProducer
    takesLogarithm = settings["img-transform"].flatMap { Bool($0) } ?? takesLogarithm
    roundsCharges = settings["input-half-precision"].flatMap { Bool($0) } ?? roundsCharges
  }
}
