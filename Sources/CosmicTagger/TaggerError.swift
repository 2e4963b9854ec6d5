import Distributed
import LArCV
import Layers
import Networks
import Sites
import Telemetry
import Training

/// Why a run of the tagger cannot start or go on, and which exit code says so.
public struct TaggerError: Error, CustomStringConvertible, Sendable {
  /// The class of failure, after `sysexits.h`.
  public enum Kind: Int32, Sendable {
    /// Wrong usage: options that do not go together or are out of range.
    case usage = 64
    /// Bad data: a file or event that cannot be what it should be.
    case badData = 65
    /// Something broken within: an invariant of the software itself.
    case software = 70
    /// The connection that it was begun by is gone.
    case hungUp = 129
    /// Somebody stopped it, by control-C.
    case interrupted = 130
    /// Somebody stopped it, as batch systems do.
    case terminated = 143
    /// Input or output failed: missing, unreadable, full.
    case inputOutput = 74

    /// The class of an end that a signal asks for.
    init(signal: Int32) { self = Kind(rawValue: 128 + signal) ?? .terminated }
  }

  /// The class of failure.
  public let kind: Kind

  /// One sentence that names file, event, value and remedy.
  public let description: String

  /// Whether all ranks of a run end by it, so that the first says it for all.
  public let isAgreed: Bool

  /// An error with its class and sentence.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
    isAgreed = false
  }

  /// An error that all ranks of a run end by.
  init(agreed kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
    isAgreed = true
  }

  /// Gives any error of the layers below its class.
  public init(_ error: any Error) {
    switch error {
    case let error as TaggerError:
      self = error
    case let error as CommunicatorError:
      self.init(.inputOutput, error.description)
    case let error as LArCVError:
      let kind: Kind =
        switch error.kind {
        case .badData: .badData
        case .inputOutput: .inputOutput
        case .usage: .usage
        }
      self.init(kind, error.description)
    case let error as NetworkError:
      self.init(.usage, error.namingOptions.description)
    case is PictureError:
      self.init(.inputOutput, "\(error)")
    case is SiteError, is LayerError, is PlanningError, is TrainingError, is CheckpointError:
      self.init(.badData, "\(error)")
    default:
      self.init(.software, "\(error)")
    }
  }
}
