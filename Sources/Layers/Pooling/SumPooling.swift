import Autodiff
import Kernels
import Sites

/// Sum pooling: sites in → coarser sites out, each channel the sum of its window's active values.
///
/// Sites and sizes are those of a `Convolution` with the same filter. Cost: one addition per pair
/// and channel.
///
/// ```swift
/// let charge = try SumPooling(poolSize: [1, 2, 2], poolStride: [1, 2, 2])(input)
/// ```
public struct SumPooling: PoolingLayer {
  /// Size, stride, dilation and shape of the window.
  public let window: FilterGeometry

  /// A pooling layer; the window is a box of neighbours by default.
  public init(
    poolSize: [Int], poolStride: [Int], dilation: [Int]? = nil, shape: FilterGeometry.Shape = .box
  ) {
    window = FilterGeometry(size: poolSize, stride: poolStride, dilation: dilation, shape: shape)
  }

  /// Pools.
  ///
  /// - Throws: `SiteError` when the window does not divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let rulebook = try input.plan.strided(input.sites, window)
    return input.moved(along: rulebook, sum(input.features, rulebook, .forward, factor: 1))
  }
}
