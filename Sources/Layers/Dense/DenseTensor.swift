import Autodiff
import Foundation
import Kernels
import Sites
import Tensors

/// Features on every position of the images of a batch.
///
/// Rows are positions: image by image, row-major within an image; the channels of a position are
/// next to each other. PyTorch's order, channels first, is what `channelFirst` and its initialiser
/// convert from and to.
public struct DenseTensor {
  /// Number of images.
  public let batchSize: Int

  /// Number of positions along each axis.
  public let spatialSize: [Int]

  /// The features, `[images × positions, channels]`.
  public let features: Variable

  /// Number of channels.
  public var channels: Int { features.channels }

  /// Number of positions of one image.
  public var positions: Int { spatialSize.reduce(1, *) }

  /// Images of features that were computed on a tape, in the order of rows.
  ///
  /// - Throws: `SiteError` for an impossible size, `LayerError` when features are not of that size.
  public init(_ features: Variable, batchSize: Int, spatialSize: [Int]) throws {
    _ = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
    let channels = features.channels
    guard try features.rows == DenseTensor.rows(batchSize, spatialSize, channels: channels) else {
      throw LayerError.denseValues(
        found: features.rows * channels, batchSize: batchSize, spatialSize: spatialSize,
        channels: channels)
    }
    self.batchSize = batchSize
    self.spatialSize = spatialSize
    self.features = features
  }

  /// Images of features in the order of rows.
  ///
  /// - Throws: as the other form.
  public init(
    _ features: Tensor, batchSize: Int, spatialSize: [Int], tape: Tape, needsGradient: Bool = false
  ) throws {
    try self.init(
      tape.variable(features, needsGradient: needsGradient), batchSize: batchSize,
      spatialSize: spatialSize)
  }

  /// Images in PyTorch's order, `[image][channel][position]`.
  ///
  /// - Throws: `SiteError` for an impossible size, `LayerError` when there are not as many values.
  public init(
    channelFirst values: [Float], channels: Int, batchSize: Int, spatialSize: [Int], tape: Tape,
    needsGradient: Bool = false
  ) throws {
    _ = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
    let rows = try DenseTensor.rows(batchSize, spatialSize, channels: channels)
    guard values.count == rows * channels else {
      throw LayerError.denseValues(
        found: values.count, batchSize: batchSize, spatialSize: spatialSize, channels: channels)
    }
    let features = Tensor(rows: rows, channels: channels)
    values.withUnsafeBufferPointer {
      tape.compute.channelsLast($0, images: batchSize, to: features)
    }
    try self.init(
      features, batchSize: batchSize, spatialSize: spatialSize, tape: tape,
      needsGradient: needsGradient)
  }

  /// The images of a network that is only being planned.
  ///
  /// - Throws: as the other initialisers, for an impossible size.
  public init(planning batchSize: Int, spatialSize: [Int], channels: Int) throws {
    _ = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
    let rows = try DenseTensor.rows(batchSize, spatialSize, channels: channels)
    try self.init(
      Tape(.planning).placeholder(rows: rows, channels: channels), batchSize: batchSize,
      spatialSize: spatialSize)
  }

  /// The features in PyTorch's order, `[image][channel][position]`.
  ///
  /// - Throws: `LayerError` on a planning tape, which has no values.
  public func channelFirst() throws(LayerError) -> [Float] {
    guard features.tape.purpose != .planning else {
      throw LayerError.needsValues(layer: "DenseTensor")
    }
    return channelFirst(features.value)
  }

  /// The gradient in PyTorch's order, if the backward pass brought one here.
  public func channelFirstGradient() -> [Float]? {
    features.gradient.map { channelFirst($0) }
  }

  private func channelFirst(_ tensor: Tensor) -> [Float] {
    [Float](unsafeUninitializedCapacity: tensor.count) { values, count in
      count = tensor.count
      features.tape.compute.channelsFirst(
        tensor, images: batchSize, to: .init(rebasing: values.prefix(tensor.count)))
    }
  }

  /// Rows of images, checked: positions must be countable by row numbers, values fit in memory.
  package static func rows(
    _ batchSize: Int, _ spatialSize: [Int], channels: Int
  ) throws(LayerError) -> Int {
    var rows = batchSize
    var isTooLarge = !(0..<Int(Int32.max)).contains(channels)
    for size in spatialSize {
      let (product, overflow) = rows.multipliedReportingOverflow(by: size)
      isTooLarge = isTooLarge || overflow || product >= Int(Int32.max)
      rows = product
    }
    // Both factors are below 2³¹ now, or the image is too large already.
    let values = isTooLarge ? 0 : rows * channels
    let memory = ProcessInfo.processInfo.physicalMemory / UInt64(MemoryLayout<Float>.stride)
    guard !isTooLarge, UInt64(values) <= memory else {
      throw LayerError.denseTooLarge(
        batchSize: batchSize, spatialSize: spatialSize, channels: channels)
    }
    return rows
  }
}
