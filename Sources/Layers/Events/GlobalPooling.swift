import Autodiff
import Kernels
import Sites
import Tensors

/// One row for each event: sites in → one site for each event out, at the origin of an image of size
/// one.
///
/// Also an event without sites has a row, of zeros.
///
/// Later layers work on the result as on any other: `NetworkInNetwork` maps it to scores of whole
/// events, `Broadcast` brings it back to sites. MinkowskiEngine's and SPINE's global sum, average
/// and max pooling.
///
/// Sums are made in double precision. The average divides by the event's number of sites. The
/// gradient of a maximum goes to the site it came from, of equal ones the lowest row. Cost: one
/// operation a value.
///
/// ```swift
/// let events = try GlobalPooling(.average)(sites)
/// let scores = try NetworkInNetwork(inputChannels: 8, outputChannels: 3, random: &random)(events)
/// ```
public struct GlobalPooling: Layer {
  /// How the sites of an event become one row.
  public enum Reduction: String, CaseIterable, Sendable {
    /// Their sum.
    case sum
    /// Their sum divided by their number.
    case average
    /// The largest value of each channel.
    case max
  }

  /// How the sites of an event become one row.
  public let reduction: Reduction

  /// A layer without parameters.
  public init(_ reduction: Reduction) {
    self.reduction = reduction
  }

  /// Pools each event.
  ///
  /// - Throws: nothing for an input that exists already.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let events = try SiteSet.events(
      batchSize: input.sites.batchSize, dimension: input.sites.spatialSize.count)
    let features = input.features
    let segments = Segments(input.sites.eventRows)
    let output =
      reduction == .max
      ? features.maxima(of: segments)
      : features.sums(of: segments, dividing: reduction == .average)
    return SparseTensor(sites: events, features: output, plan: input.plan)
  }

  /// Its name and reduction.
  public var description: String { "GlobalPooling \(reduction.rawValue)" }
}

extension Variable {
  /// The sum of the rows of each segment, or their mean: a row for each.
  package func sums(of segments: Segments, dividing: Bool) -> Variable {
    tape.record(rows: segments.rows.count, channels: channels) { compute in
      (
        compute.segmentSums(self.value, segments, dividing: dividing),
        { gradient in
          self.accumulate { $0.spread(gradient, over: segments, dividing: dividing) }
        }
      )
    }
  }

  /// The largest value of each channel in each segment: a row for each.
  fileprivate func maxima(of segments: Segments) -> Variable {
    tape.record(rows: segments.rows.count, channels: channels) { compute in
      let (maxima, winners) = compute.segmentMaxima(self.value, segments)
      return (
        maxima,
        { gradient in
          self.accumulate {
            $0.segmentMaximaBackward(
              outputGradient: gradient, winners: winners, rows: self.rows)
          }
        }
      )
    }
  }
}
