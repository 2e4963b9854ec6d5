import Autodiff
import Kernels
import Sites
import Tensors

/// Brings what is known of whole events to each of their sites: sites and one row for each event in
/// → the same sites out.
///
/// MinkowskiEngine's and SPINE's broadcast addition, multiplication and concatenation. The gradient
/// of an event's row is the sum over the event's sites, in double precision. Cost: one operation a
/// value.
///
/// ```swift
/// let context = try GlobalPooling(.average)(sites)
/// let scaled = try Broadcast(.multiply)(sites, events: context)
/// ```
public struct Broadcast: CustomStringConvertible {
  /// How an event's row and a site's meet.
  public enum Combination: String, CaseIterable, Sendable {
    /// They are added.
    case add
    /// They are multiplied.
    case multiply
    /// The event's channels follow the site's.
    case join
  }

  /// How an event's row and a site's meet.
  public let combination: Combination

  /// A layer without parameters.
  public init(_ combination: Combination) {
    self.combination = combination
  }

  /// Combines each site with its event's row.
  ///
  /// - Parameter events: on the sites that `GlobalPooling` makes.
  /// - Throws: `LayerError` when `events` has not one row for each event of the batch, or when
  ///   channels to be added or multiplied differ in number.
  public func callAsFunction(
    _ input: SparseTensor, events: SparseTensor
  ) throws(LayerError) -> SparseTensor {
    preconditionOneTape([input, events])
    guard events.sites.isOnePerEvent, events.sites.batchSize == input.sites.batchSize else {
      throw LayerError.notPerEvent(
        layer: description, found: events.sites.shape, batchSize: input.sites.batchSize)
    }
    guard combination == .join || events.channels == input.channels else {
      throw LayerError.unequalChannels(
        layer: description, channels: [input.channels, events.channels])
    }
    let segments = Segments(input.sites.eventRows)
    let (features, values) = (input.features, events.features)
    let output =
      switch combination {
      case .add: added(features, values, segments)
      case .multiply: multiplied(features, values, segments)
      case .join: joined(features, values, segments)
      }
    return input.with(output)
  }

  private func added(_ input: Variable, _ events: Variable, _ segments: Segments) -> Variable {
    input.tape.record(rows: input.rows, channels: input.channels) { compute in
      (
        compute.combine(input.value, with: events.value, segments, by: .add),
        { gradient in
          input.accumulate { _ in gradient }
          events.accumulate { $0.segmentSums(gradient, segments) }
        }
      )
    }
  }

  private func multiplied(_ input: Variable, _ events: Variable, _ segments: Segments) -> Variable {
    input.tape.record(rows: input.rows, channels: input.channels) { compute in
      (
        compute.combine(input.value, with: events.value, segments, by: .multiply),
        { gradient in
          input.accumulate {
            $0.combine(gradient, with: events.value, segments, by: .multiply)
          }
          events.accumulate { $0.segmentSums(gradient, times: input.value, segments) }
        }
      )
    }
  }

  private func joined(_ input: Variable, _ events: Variable, _ segments: Segments) -> Variable {
    let channels = input.channels + events.channels
    return input.tape.record(rows: input.rows, channels: channels) { compute in
      (
        compute.join(input.value, compute.spread(events.value, over: segments)),
        { gradient in
          input.accumulate { $0.slice(gradient, channels: 0..<input.channels) }
          events.accumulate {
            $0.segmentSums(
              $0.slice(gradient, channels: input.channels..<channels), segments)
          }
        }
      )
    }
  }

  /// Its name and combination.
  public var description: String { "Broadcast \(combination.rawValue)" }
}
