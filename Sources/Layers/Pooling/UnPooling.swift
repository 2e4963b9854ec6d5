import Sites

/// Un-pooling, the inverse of a pooling or strided convolution: each fine site receives the values
/// of the coarse sites whose window it was in.
///
/// With windows that do not overlap this is the nearest neighbour interpolation.
///
/// Cost: one addition per pair and channel.
///
/// ```swift
/// let up = try UnPooling(poolSize: [1, 2, 2], poolStride: [1, 2, 2])(pooled)
/// ```
public struct UnPooling: PoolingLayer {
  /// Size, stride, dilation and shape of the window.
  public let window: FilterGeometry

  /// An un-pooling layer; its window is that of the layer it inverts.
  public init(
    poolSize: [Int], poolStride: [Int], dilation: [Int]? = nil, shape: FilterGeometry.Shape = .box
  ) {
    window = FilterGeometry(size: poolSize, stride: poolStride, dilation: dilation, shape: shape)
  }

  /// Copies coarse values back to the fine sites.
  ///
  /// - Throws: `SiteError` when no pooling or convolution of this window made the input's sites.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try input.movedBack(window) { rulebook in
      sum(input.features, rulebook, .inverse, factor: 1)
    }
  }
}
