import Autodiff
import Kernels
import Sites

/// From sites to full images: sites in → every position of their images out, `fill` where no site is
/// active.
///
/// SparseConvNet's layer of this name always fills with zeros. The gradient of a site is that of its position. Memory: batch × positions × channels floats.
///
/// ```swift
/// let image = try SparseToDense()(sparse)
/// let values = try image.channelFirst()  // as PyTorch has them: [event][channel][position]
/// ```
public struct SparseToDense: CustomStringConvertible {
  /// The values of inactive positions: one for all channels, or one for each.
  public let fill: [Float]

  /// A layer with one value for all channels of inactive positions.
  public init(fill: Float = 0) {
    self.fill = [fill]
  }

  /// A layer with a value for each channel of inactive positions.
  public init(fillOfChannels fill: [Float]) {
    self.fill = fill
  }

  /// Fills the images of the batch.
  ///
  /// - Throws: `LayerError` for another number of fills than channels, or when the images are larger
  ///   than memory.
  public func callAsFunction(_ input: SparseTensor) throws -> DenseTensor {
    let sites = input.sites
    let features = input.features
    let fill = try expanded(fill, channels: input.channels, layer: description)
    let rows = try DenseTensor.rows(sites.batchSize, sites.spatialSize, channels: input.channels)
    let positions = features.tape.purpose == .planning ? [] : try sites.positions()
    let output = features.tape.record(rows: rows, channels: input.channels) { compute in
      (
        positions.withUnsafeBufferPointer {
          compute.scatterRows(features.value, to: $0, rowCount: rows, fill: fill)
        },
        { gradient in
          features.accumulate { compute in
            positions.withUnsafeBufferPointer { compute.gatherRows(gradient, $0) }
          }
        }
      )
    }
    return try DenseTensor(
      output, batchSize: sites.batchSize, spatialSize: sites.spatialSize)
  }

  /// As SparseConvNet prints it, with what it fills in where that is not zero.
  public var description: String {
    fill == [0] ? "SparseToDense" : "SparseToDense fill \(fill)"
  }
}

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
  /// - Throws: `LayerError` on a planning tape, or for another number of background values than
  ///   channels.
  public func callAsFunction(_ input: DenseTensor) throws -> SparseTensor {
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

/// One value for each channel.
private func expanded(
  _ values: [Float], channels: Int, layer: String
) throws(LayerError) -> [Float] {
  if values.count == 1 { return [Float](repeating: values[0], count: channels) }
  guard values.count == channels else {
    throw LayerError.fills(layer: layer, found: values.count, channels: channels)
  }
  return values
}
