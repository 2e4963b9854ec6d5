import Autodiff
import Kernels
import Sites

/// Max pooling: sites in → coarser sites out, each channel the largest active value of its window.
///
/// Sites and sizes are those of a `Convolution` with the same filter and stride. Only active sites
/// count: a window of negative values has a negative maximum, where SparseConvNet gives zero. Of
/// equal values, the one of the lowest offset takes the gradient. Cost: one comparison per pair and
/// channel.
///
/// ```swift
/// let pooled = try MaxPooling(poolSize: [1, 2, 2], poolStride: [1, 2, 2])(input)
/// ```
public struct MaxPooling: PoolingLayer {
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
    let features = input.features
    let output = features.tape.record(
      rows: rulebook.outputSites.count, channels: features.channels
    ) { compute in
      let (output, winners) = rulebook.withRules(.forward) {
        compute.maxPool(features.value, rules: $0)
      }
      return (
        output,
        { gradient in
          features.accumulate { compute in
            rulebook.withRules(.inverse) {
              compute.maxPoolBackward(outputGradient: gradient, winners: winners, inverse: $0)
            }
          }
        }
      )
    }
    return input.moved(along: rulebook, output)
  }
}
