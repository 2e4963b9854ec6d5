import Files
import Foundation
import Training

/// What the scoring at the end of a run leaves as `scores.json`: how well the network does, beside
/// predictions that need none, and how well on each event.
///
/// A figure that nobody can know is left out.
public struct Scores: Codable, Equatable, Sendable {
  /// The figures of CosmicTagger, by its names.
  public struct Figures: Codable, Equatable, Sendable {
    /// Share of all pixels that are right.
    public let accuracy: Double?
    /// Share of the pixels that are not background that are right.
    public let nonBackgroundAccuracy: Double?
    /// Share of the neutrino pixels that are right.
    public let neutrinoAccuracy: Double?
    /// Overlap of true and predicted cosmic pixels.
    public let cosmicIoU: Double?
    /// Overlap of true and predicted neutrino pixels.
    public let neutrinoIoU: Double?
    /// The mean of both.
    public let meanIoU: Double?

    private enum CodingKeys: String, CodingKey {
      case accuracy = "Total_Accuracy"
      case nonBackgroundAccuracy = "Non_Bkg_Accuracy"
      case neutrinoAccuracy = "Neutrino_Accuracy"
      case cosmicIoU = "Cosmic_IoU"
      case neutrinoIoU = "Neutrino_IoU"
      case meanIoU = "mIoU"
    }

    init(_ metrics: SegmentationMetrics) {
      func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
      accuracy = known(metrics.accuracy)
      nonBackgroundAccuracy = known(metrics.nonBackgroundAccuracy)
      neutrinoAccuracy = known(metrics.neutrinoAccuracy)
      cosmicIoU = known(metrics.cosmicIoU)
      neutrinoIoU = known(metrics.neutrinoIoU)
      meanIoU = known(metrics.meanIoU)
    }
  }

  /// How well one way to predict does on all events.
  public struct Prediction: Codable, Equatable, Sendable {
    /// What predicted.
    public let name: String
    /// Mean loss, of networks.
    public let loss: Double?
    /// Its figures.
    public let metrics: Figures
    /// Sites of all events: `[plane][true class][predicted class]`.
    public let confusion: [[[Int]]]
  }

  /// How well the network does on one event.
  public struct Event: Codable, Equatable, Sendable {
    /// Its number, as `show --entry` takes it.
    public let entry: Int
    /// Its loss.
    public let loss: Double?
    /// Its sites that are of a neutrino.
    public let neutrinoSites: Int
    /// Its figures.
    public let metrics: Figures

    private enum CodingKeys: String, CodingKey {
      case entry, loss, metrics
      case neutrinoSites = "neutrino_sites"
    }
  }

  /// A picture beside the file.
  public struct Picture: Codable, Equatable, Sendable {
    /// What is special about its event.
    public let title: String
    /// The file's name.
    public let file: String
  }

  /// What was scored, in words.
  public let events: String
  /// Whether figures are means over images, or of all pixels together.
  public let averaging: String
  /// The network with running statistics, with batch statistics, and what needs no network.
  public let predictions: [Prediction]
  /// With running statistics.
  public let perEvent: [Event]
  /// Events that were drawn.
  public var pictures: [Picture]

  private enum CodingKeys: String, CodingKey {
    case events, averaging, predictions, pictures
    case perEvent = "per_event"
  }

  static let name = "scores.json"

  /// Writes the file, whole or not at all.
  ///
  /// - Throws: `FileError` when that fails.
  package func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try WrittenFile.replace(path, with: encoder.encode(self) + Data("\n".utf8))
  }

  /// Reads a file that was written.
  ///
  /// - Throws: `TaggerError` when it holds something else.
  package init(contentsOf path: String) throws(TaggerError) {
    do {
      self = try JSONDecoder().decode(
        Scores.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw TaggerError(
        .badData,
        "\(path) is not what scoring writes (\(Self.reason(error))): train again, or remove it")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has another type"
    default: "it is no JSON"
    }
  }
}

extension Scores {
  init(
    events: String, averaging: TrainingConfiguration.Averaging, predictions: [Prediction],
    perEvent: [Event]
  ) {
    self.events = events
    self.averaging = averaging.rawValue
    self.predictions = predictions
    self.perEvent = perEvent
    pictures = []
  }
}
