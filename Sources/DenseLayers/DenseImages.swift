import Autodiff
import Kernels
import Layers
import Sites
import Tensors

/// Features on every pixel of the planes of a batch of events: what flows between dense layers.
///
/// Rows are in the order plane, event, row, column: a plane of all events is one piece of memory, since
/// planes are normalised and merged as such. The channels of a pixel lie next to each other.
public struct DenseImages: LayerFeatures {
  /// Number of events.
  public let batchSize: Int

  /// Planes, rows and columns.
  public let spatialSize: [Int]

  /// The features, `[planes × events × rows × columns, channels]`.
  public let features: Variable

  /// The pixels that count, or nothing where all do.
  public let mask: ImageMask?

  /// The sizes the features came through, which inverse layers go back to.
  let descent: [Step]

  /// One step to other sizes.
  struct Step {
    let filter: [Int]
    let stride: [Int]
    let spatialSize: [Int]
    let mask: ImageMask?
  }

  /// The tape of the step.
  public var tape: Tape { features.tape }

  /// Number of pixels of all planes and events.
  public var rows: Int { features.rows }

  /// Number of channels.
  public var channels: Int { features.channels }

  /// The values of the pixels that count, in the order of rows.
  public func countingValues() -> Tensor? {
    guard tape.purpose != .planning else { return nil }
    guard let mask else { return features.value }
    return mask.activeRows.withUnsafeBufferPointer { tape.compute.gatherRows(features.value, $0) }
  }

  /// Images of one plane each.
  var imageCount: Int { batchSize * spatialSize[0] }

  /// The input of a network.
  ///
  /// - Parameters:
  ///   - features: `[planes × events × rows × columns, channels]`.
  ///   - spatialSize: planes, rows and columns.
  ///   - mask: the pixels that count, of the same size, or nothing where all do.
  /// - Throws: `LayerError` when there is not one row for each pixel, when there are not three extents,
  ///   and for a mask of other images.
  public init(
    _ features: Variable, batchSize: Int, spatialSize: [Int], mask: ImageMask? = nil
  ) throws(LayerError) {
    let isPossible =
      spatialSize.count == 3 && batchSize >= 0 && spatialSize.allSatisfy { $0 >= 1 }
    guard isPossible,
      try DenseTensor.rows(batchSize, spatialSize, channels: features.channels) == features.rows,
      mask.map({ $0.isActive.count == features.rows }) ?? true
    else {
      throw LayerError.denseValues(
        found: features.rows * features.channels, batchSize: batchSize, spatialSize: spatialSize,
        channels: features.channels)
    }
    self.init(
      features: features, batchSize: batchSize, spatialSize: spatialSize, mask: mask, descent: [])
  }

  init(
    features: Variable, batchSize: Int, spatialSize: [Int], mask: ImageMask?, descent: [Step]
  ) {
    self.features = features
    self.batchSize = batchSize
    self.spatialSize = spatialSize
    self.mask = mask
    self.descent = descent
  }

  /// The same values on the same pixels, behind which no gradient goes.
  public func detached() -> DenseImages { withClean(features.detached()) }

  /// Other features on the same pixels; those that do not count become zero.
  func with(_ features: Variable) -> DenseImages {
    DenseImages(
      features: mask?.applied(to: features) ?? features, batchSize: batchSize,
      spatialSize: spatialSize, mask: mask, descent: descent)
  }

  /// Other features on the same pixels, zero already where pixels do not count.
  func withClean(_ features: Variable) -> DenseImages {
    DenseImages(
      features: features, batchSize: batchSize, spatialSize: spatialSize, mask: mask,
      descent: descent)
  }

  /// Features that a filter brought to another size.
  func moved(
    to size: [Int], filter: [Int], stride: [Int], _ features: Variable
  ) throws(LayerError) -> DenseImages {
    let mask = mask?.coarser(filter: filter, stride: stride, to: size, batchSize: batchSize)
    let step = Step(filter: filter, stride: stride, spatialSize: spatialSize, mask: self.mask)
    return DenseImages(
      features: mask?.applied(to: features) ?? features, batchSize: batchSize, spatialSize: size,
      mask: mask, descent: descent + [step])
  }

  /// The step by which a filter made images of this size last, which its inverse goes back.
  func lastStep(filter: [Int], stride: [Int], layer: String) throws(LayerError) -> Int {
    let step = descent.lastIndex { step in
      step.filter == filter && step.stride == stride
        && spatialSize.indices.allSatisfy {
          (spatialSize[$0] - 1) * stride[$0] + filter[$0] == step.spatialSize[$0]
        }
    }
    guard let step else {
      throw LayerError.noWayBack(layer: layer, spatialSize: spatialSize)
    }
    return step
  }

  /// Features that went back over a step.
  func movedBack(_ number: Int, _ features: Variable) -> DenseImages {
    let step = descent[number]
    return DenseImages(
      features: step.mask?.applied(to: features) ?? features, batchSize: batchSize,
      spatialSize: step.spatialSize, mask: step.mask, descent: Array(descent.prefix(number)))
  }

  /// The rows of each plane.
  func planeRows() -> [[Range<Int>]] {
    let rows = rows / spatialSize[0]
    return (0..<spatialSize[0]).map { [$0 * rows..<($0 + 1) * rows] }
  }
}
