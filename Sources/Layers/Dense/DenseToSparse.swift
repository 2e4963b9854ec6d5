import Autodiff
import Kernels
import Sites

/// From full images to sites: images in → the positions that differ from the background out, with
/// their features.
///
/// A position is active if any of its channels is. Active positions get gradients, the others zeros.
/// Which sites there are follows from values, so a planning tape cannot pass this layer; its output
/// has a new plan. Cost: one comparison a value.
///
/// ```swift
/// let sparse = try DenseToSparse()(image)  // as SparseConvNet: active where not zero
/// let hits = try DenseToSparse(background: [0], threshold: 10)(image)
/// ```
public struct DenseToSparse: CustomStringConvertible {
  /// The values of inactive positions: one for all channels, or one for each.
  public let background: [Float]

  /// How far a value must be from the background, at least, not to belong to it.
  public let threshold: Float

  /// A layer that takes what differs from a background.
  ///
  /// - Parameters:
  ///   - background: one value for all channels, or one for each.
  ///   - threshold: a value is active if its distance from the background is larger than this.
  public init(background: [Float] = [0], threshold: Float = 0) {
    self.background = background
    self.threshold = threshold
  }

  /// Takes the active positions.
  ///
  /// - Throws: `LayerError` on a planning tape, for an impossible setting, or for another number of background values than
  ///   channels.
  public func callAsFunction(_ input: DenseTensor) throws -> SparseTensor {
    guard threshold >= 0, threshold.isFinite else {
      throw LayerError.setting(
        layer: description, name: "threshold", value: Double(threshold), allowed: "zero or more")
    }
    guard !background.contains(where: \.isNaN) else {
      throw LayerError.setting(
        layer: description, name: "background", value: .nan, allowed: "a number")
    }
    let features = input.features
    let background = try expanded(background, channels: input.channels, layer: description)
    guard features.tape.purpose != .planning else {
      throw LayerError.needsValues(layer: description)
    }
    let positions = features.tape.compute.activeRows(
      features.value, fill: background, threshold: threshold)
    let sites = try SiteSet(
      packing: SitePacking(batchSize: input.batchSize, spatialSize: input.spatialSize),
      positions: positions)
    let output = features.tape.record(rows: sites.count, channels: input.channels) { compute in
      (
        positions.withUnsafeBufferPointer { compute.gatherRows(features.value, $0) },
        { gradient in
          features.accumulate { compute in
            positions.withUnsafeBufferPointer {
              compute.scatterRows(gradient, to: $0, rowCount: features.rows)
            }
          }
        }
      )
    }
    return SparseTensor(sites: sites, features: output, plan: Plan(sites))
  }

  /// As SparseConvNet prints it, with its settings where they are not zero.
  public var description: String {
    background == [0] && threshold == 0
      ? "DenseToSparse" : "DenseToSparse background \(background) threshold \(threshold)"
  }
}
