import Autodiff
import Kernels
import Sites
import Tensors

/// From points to sites: features of points, in any order and possibly several at one place, in →
/// features on the sorted, distinct sites out.
///
/// What `duplicates` says beside the numbers SparseConvNet gives its modes. Its documentation of
/// `InputLayer` has modes 1 and 2 the wrong way round; the table says what its code does.
///
/// | here | `InputLayer` mode | `BLInputLayer` mode |
/// |---|---|---|
/// | `.reject` | 0 | 0 |
/// | `.first` | 1 | 2 |
/// | `.last` | 2 | 1 |
/// | `.sum` | 3 | 3 |
/// | `.mean` | 4 | 4 |
///
/// SparseConvNet's mode 0 promises distinct points without looking: duplicates leave it with rows
/// that no rule reaches. Here they are an error that names the place. `BLInputLayer` is this layer
/// with a map of the padded form.
///
/// Cost: one addition a point and channel. Sums have a fixed order: that of appearance.
///
/// ```swift
/// let map = try PointMap(packing: packing, coordinates: [7, 9, 7, 9], events: [0, 0])
/// let input = try InputLayer(duplicates: .mean)(
///   features, at: map, plan: Plan(map.sites), tape: tape)
/// ```
public struct InputLayer: CustomStringConvertible {
  /// What several points at one place become.
  public enum Duplicates: String, CaseIterable, Sendable {
    /// An error.
    case reject
    /// The features of the point that appears first.
    case first
    /// The features of the point that appears last.
    case last
    /// The sum of all features.
    case sum
    /// The mean of all features.
    case mean
  }

  /// What several points at one place become.
  public let duplicates: Duplicates

  /// A layer without parameters.
  public init(duplicates: Duplicates = .reject) {
    self.duplicates = duplicates
  }

  /// Brings features of points onto sites.
  ///
  /// - Parameters:
  ///   - features: `[points, channels]`, empty rows of the padded form included.
  ///   - points: which site each point belongs to.
  ///   - plan: a plan whose sites are the map's.
  ///   - needsGradient: whether the backward pass should reach the points.
  /// - Throws: `LayerError` when features, map and plan do not belong together, or when points
  ///   coincide that must not.
  public func callAsFunction(
    _ features: Tensor, at points: PointMap, plan: Plan, tape: Tape, needsGradient: Bool = false
  ) throws(LayerError) -> SparseTensor {
    try self(tape.variable(features, needsGradient: needsGradient), at: points, plan: plan)
  }

  /// Brings features of points that were computed on a tape onto sites.
  ///
  /// - Throws: as the other form.
  public func callAsFunction(
    _ features: Variable, at points: PointMap, plan: Plan
  ) throws(LayerError) -> SparseTensor {
    guard features.rows == points.pointCount else {
      throw LayerError.pointRows(
        layer: description, rows: features.rows, points: points.pointCount)
    }
    guard points.sites.hasSameSites(as: plan.sites) else {
      throw LayerError.pointSites(
        layer: description, points: points.sites.shape, sites: plan.sites.shape)
    }
    if duplicates == .reject { try refuseDuplicates(points) }
    let output =
      switch duplicates {
      case .reject, .first: chosen(features, points) { points.firstPointOfSite }
      case .last: chosen(features, points) { points.lastPointOfSite }
      case .sum: summed(features, points, dividing: false)
      case .mean: summed(features, points, dividing: true)
      }
    return SparseTensor(sites: plan.sites, features: output, plan: plan)
  }

  private func refuseDuplicates(_ points: PointMap) throws(LayerError) {
    guard points.hasDuplicates, let (point, earlier) = points.firstDuplicate else { return }
    let key = points.sites.keys[Int(points.rowOfPoint[point])]
    throw LayerError.duplicatePoint(
      place: points.sites.packing.coordinates(of: key),
      event: points.sites.packing.event(of: key), point: point, earlier: earlier)
  }

  private func chosen(
    _ features: Variable, _ points: PointMap, _ winners: @escaping () -> [Int32]
  ) -> Variable {
    features.copiedRows(count: points.sites.count, from: winners) {
      var rows = [Int32](repeating: -1, count: points.pointCount)
      for (row, point) in winners().enumerated() { rows[Int(point)] = Int32(row) }
      return rows
    }
  }

  private func summed(_ features: Variable, _ points: PointMap, dividing: Bool) -> Variable {
    features.tape.record(rows: points.sites.count, channels: features.channels) { compute in
      (
        compute.groupSums(features.value, points.groups, dividing: dividing),
        { gradient in
          features.accumulate { compute in
            points.rowOfPoint.withUnsafeBufferPointer { rows in
              guard dividing else { return compute.gatherRows(gradient, rows) }
              return points.shares.withUnsafeBufferPointer {
                compute.gatherRows(gradient, rows, factors: $0)
              }
            }
          }
        }
      )
    }
  }

  /// As SparseConvNet prints it, with the word for the mode.
  public var description: String { "InputLayer \(duplicates.rawValue)" }
}

extension PointMap {
  /// One over the number of points of each site.
  fileprivate var shares: [Float] {
    (0..<sites.count).map { 1 / Float(groups.starts[$0 + 1] - groups.starts[$0]) }
  }
}
