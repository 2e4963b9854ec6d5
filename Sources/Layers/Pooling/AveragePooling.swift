import Autodiff
import Kernels
import Sites

/// Average pooling: sites in → coarser sites out, the sum of each window's active values divided by
/// the window's volume, as in SparseConvNet, or by the number of active sites in it, as in
/// MinkowskiEngine.
///
/// Sites and sizes are those of a `Convolution` with the same filter. Cost: one addition per pair
/// and channel.
///
/// ```swift
/// let mean = try AveragePooling(poolSize: [1, 2, 2], poolStride: [1, 2, 2])(input)
/// ```
public struct AveragePooling: PoolingLayer {
  /// Size, stride, dilation and shape of the window.
  public let window: FilterGeometry
  /// Whether sums are divided by the number of active sites rather than the window's volume.
  public let countingActiveOnly: Bool

  /// A pooling layer; the window is a box of neighbours by default.
  public init(
    poolSize: [Int], poolStride: [Int], dilation: [Int]? = nil,
    shape: FilterGeometry.Shape = .box, countingActiveOnly: Bool = false
  ) {
    window = FilterGeometry(size: poolSize, stride: poolStride, dilation: dilation, shape: shape)
    self.countingActiveOnly = countingActiveOnly
  }

  /// Pools.
  ///
  /// - Throws: `SiteError` when the window does not divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let rulebook = try input.plan.strided(input.sites, window)
    let output =
      countingActiveOnly
      ? activeAverage(input.features, rulebook)
      : sum(input.features, rulebook, .forward, factor: 1 / Float(window.volume))
    return input.moved(along: rulebook, output)
  }

  /// Each output is a sum divided by its own number of pairs, and so is each gradient on its way
  /// back.
  private func activeAverage(_ input: Variable, _ rulebook: Rulebook) -> Variable {
    input.tape.record(rows: rulebook.outputSites.count, channels: input.channels) { compute in
      let (sums, factors) = rulebook.withRules(.forward) { rules in
        (
          compute.sumPool(input.value, rules: rules, factor: 1),
          compute.reciprocalPairCounts(rules)
        )
      }
      return (
        compute.scaleRows(sums, by: factors),
        { gradient in
          input.accumulate { compute in
            let shares = compute.scaleRows(gradient, by: factors)
            return rulebook.withRules(.inverse) {
              compute.sumPool(shares, rules: $0, factor: 1)
            }
          }
        }
      )
    }
  }

  /// Name and window, and what it divides by unless that is the window's volume.
  public var description: String {
    "AveragePooling \(window)" + (countingActiveOnly ? " of active sites" : "")
  }
}
