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

/// One value for each channel.
func expanded(
  _ values: [Float], channels: Int, layer: String
) throws(LayerError) -> [Float] {
  if values.count == 1 { return [Float](repeating: values[0], count: channels) }
  guard values.count == channels else {
    throw LayerError.fills(layer: layer, found: values.count, channels: channels)
  }
  return values
}
