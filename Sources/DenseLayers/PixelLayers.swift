import Autodiff
import Kernels
import Layers
import Tensors

/// `NetworkInNetwork` on every pixel: images in → the same images out.
public struct PixelLinear: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// The layer on rows.
  public let linear: NetworkInNetwork

  /// The layer of every pixel that is this one of every row.
  public init(linear: NetworkInNetwork) {
    self.linear = linear
  }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { linear.ownParameters }

  /// Maps each pixel's channels.
  ///
  /// - Throws: `LayerError` for the wrong number of channels.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try linear.filters.check(channels: input.channels, layer: self)
    return input.with(linear.linear(input.features))
  }

  /// As the sparse layer prints it.
  public var description: String { linear.description }
}

/// `BatchNormalization` of full images: images in → the same images out.
///
/// Where some pixels do not count, they take no part in mean and variance, and stay zero.
public struct PixelNormalization: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// The layer on rows.
  public let normalization: BatchNormalization

  /// The layer of every pixel that is this one of every row.
  public init(normalization: BatchNormalization) {
    self.normalization = normalization
  }

  /// Scale, shift and running statistics.
  public var ownParameters: [(name: String, parameter: Parameter)] { normalization.ownParameters }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or an impossible setting.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try normalization.check(
      channels: input.channels, spatialSize: input.spatialSize, leak: normalization.leak)
    return input.mapCounting { features, rows in
      normalization.normalise(features, rows: rows(normalization.parts), leak: normalization.leak)
    }
  }

  /// Normalises, adds and activates in one: the end of a residual block.
  ///
  /// The layer's own slope has to be 1, as nothing is activated before the sum.
  ///
  /// - Throws: `LayerError` as without a sum, and for images that cannot be added.
  public func callAsFunction(
    _ input: DenseImages, adding other: DenseImages, leak: Float
  ) throws -> DenseImages {
    try normalization.check(channels: input.channels, spatialSize: input.spatialSize, leak: leak)
    guard normalization.leak == 1 else {
      throw LayerError.setting(
        layer: description, name: "leak", value: Double(normalization.leak),
        allowed: "1 before a sum")
    }
    try input.checkSum(other)
    let added = input.mask?.gathered(other.features) ?? other.features
    return input.mapCounting { features, rows in
      normalization.normalise(
        features, rows: rows(normalization.parts), adding: added, leak: leak)
    }
  }

  /// As the sparse layer prints it.
  public var description: String { normalization.description }
}

/// `LeakyReLU` on every pixel: images in → the same images out.
public struct PixelActivation: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// The layer on rows.
  public let activation: LeakyReLU

  /// The layer of every pixel that is this one of every row.
  public init(activation: LeakyReLU) {
    self.activation = activation
  }

  /// Applies the activation to every value.
  ///
  /// - Throws: `LayerError` for a negative slope.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try input.withClean(activation.activate(input.features))
  }

  /// As the sparse layer prints it.
  public var description: String { activation.description }
}

/// `PartBias` of the planes of full images: images in → the same images out.
public struct PlaneBias: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// The layer on rows.
  public let bias: PartBias

  /// The layer of every pixel that is this one of every row.
  public init(bias: PartBias) {
    self.bias = bias
  }

  /// The bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { bias.ownParameters }

  /// Adds.
  ///
  /// - Throws: `LayerError` for other channels or planes.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try bias.check(channels: input.channels, parts: input.spatialSize[0])
    return input.mapCounting { features, rows in
      bias.add(to: features, rows: rows(.alike))
    }
  }

  /// As the sparse layer prints it.
  public var description: String { bias.description }
}

extension DenseImages {
  /// The rows of each part that is normalised for itself.
  func rows(_ parts: BatchNormalization.Parts) -> [[Range<Int>]] {
    parts == .none ? [[0..<rows]] : planeRows()
  }

  /// Features computed from the pixels that count alone, which lie one after the other.
  ///
  /// - Parameter body: is given features and, for a way of parting them, the rows of each part.
  func mapCounting(
    _ body: (Variable, (BatchNormalization.Parts) -> [[Range<Int>]]) -> Variable
  ) -> DenseImages {
    guard let mask else { return withClean(body(features, rows)) }
    let mapped = body(mask.gathered(features)) { parts in
      parts == .none ? [[0..<mask.activeRows.count]] : mask.parts(planeRows())
    }
    return withClean(mask.scattered(mapped, rows: rows))
  }

  /// The sum with other images of the same size, as `AddTable` makes it.
  ///
  /// - Throws: `LayerError` for images or channels that differ.
  public func adding(_ other: DenseImages) throws(LayerError) -> DenseImages {
    try checkSum(other)
    return withClean(features.adding(other.features))
  }

  /// These channels and then those of other images of the same size, as `JoinTable` has them.
  ///
  /// - Throws: `LayerError` for images that differ.
  public func joining(_ other: DenseImages) throws(LayerError) -> DenseImages {
    try checkPixels(other, layer: "JoinTable")
    return withClean(features.joining(other.features))
  }

  /// Checks that other images can be added.
  func checkSum(_ other: DenseImages) throws(LayerError) {
    try checkPixels(other, layer: "AddTable")
    guard other.channels == channels else {
      throw LayerError.unequalChannels(
        layer: "AddTable", channels: [channels, other.channels])
    }
  }

  /// Checks that other images have the same pixels.
  func checkPixels(_ other: DenseImages, layer: String) throws(LayerError) {
    guard other.tape === tape || tape.purpose != .training else {
      throw LayerError.differentTapes(layer: layer)
    }
    guard other.spatialSize == spatialSize, other.batchSize == batchSize else {
      throw LayerError.differentPixels(
        layer: layer, first: spatialSize, other: other.spatialSize)
    }
    guard other.mask === mask || other.mask?.activeRows == mask?.activeRows else {
      throw LayerError.differentMasks(layer: layer)
    }
  }
}

extension ImageMask {
  /// The places among the rows that count of ranges of all rows.
  func parts(_ ranges: [[Range<Int>]]) -> [[Range<Int>]] {
    ranges.map { $0.map { place(of: $0.lowerBound)..<place(of: $0.upperBound) } }
  }

  /// How many rows before a row count.
  private func place(of row: Int) -> Int {
    var (low, high) = (0, activeRows.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(activeRows[middle]) < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
