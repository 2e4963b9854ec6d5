import Autodiff
import Kernels
import Sites
import Tensors

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
public struct MaxPooling: Layer {
  /// Extent of the window along each axis.
  public let poolSize: [Int]
  /// Step of the window along each axis.
  public let poolStride: [Int]

  /// A pooling layer.
  public init(poolSize: [Int], poolStride: [Int]) {
    self.poolSize = poolSize
    self.poolStride = poolStride
  }

  /// Pools.
  ///
  /// - Throws: `SiteError` when the window does not divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let rulebook = try input.plan.strided(input.sites, filterSize: poolSize, stride: poolStride)
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
    return SparseTensor(sites: rulebook.outputSites, features: output, plan: input.plan)
  }

  /// As SparseConvNet prints it.
  public var description: String {
    "MaxPooling \(filterText(poolSize))/\(filterText(poolStride))"
  }
}

/// Average pooling: sites in → coarser sites out, the sum of each window's active values divided by
/// the window's volume (not by the number of active sites), as in SparseConvNet.
///
/// Cost: one addition per pair and channel.
///
/// ```swift
/// let mean = try AveragePooling(poolSize: [1, 2, 2], poolStride: [1, 2, 2])(input)
/// ```
public struct AveragePooling: Layer {
  /// Extent of the window along each axis.
  public let poolSize: [Int]
  /// Step of the window along each axis.
  public let poolStride: [Int]

  /// A pooling layer.
  public init(poolSize: [Int], poolStride: [Int]) {
    self.poolSize = poolSize
    self.poolStride = poolStride
  }

  /// Pools.
  ///
  /// - Throws: `SiteError` when the window does not divide the spatial size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let rulebook = try input.plan.strided(input.sites, filterSize: poolSize, stride: poolStride)
    let factor = 1 / Float(poolSize.reduce(1, *))
    return SparseTensor(
      sites: rulebook.outputSites,
      features: sumPool(input.features, rulebook, .forward, factor: factor), plan: input.plan)
  }

  /// As SparseConvNet prints it.
  public var description: String {
    "AveragePooling \(filterText(poolSize))/\(filterText(poolStride))"
  }
}

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
public struct UnPooling: Layer {
  /// Extent of the window along each axis.
  public let poolSize: [Int]
  /// Step of the window along each axis.
  public let poolStride: [Int]

  /// An un-pooling layer; window and stride are those of the layer it inverts.
  public init(poolSize: [Int], poolStride: [Int]) {
    self.poolSize = poolSize
    self.poolStride = poolStride
  }

  /// Copies coarse values back to the fine sites.
  ///
  /// - Throws: `SiteError` when no pooling or convolution of this window made the input's sites.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let rulebook = try input.plan.inverse(of: input.sites, filterSize: poolSize, stride: poolStride)
    return SparseTensor(
      sites: rulebook.inputSites,
      features: sumPool(input.features, rulebook, .inverse, factor: 1), plan: input.plan)
  }

  /// As SparseConvNet prints it.
  public var description: String {
    "UnPooling \(filterText(poolSize))/\(filterText(poolStride))"
  }
}

/// Sums along a rulebook: the operator behind average pooling and un-pooling, whose gradients are
/// the same operator in the other direction.
private func sumPool(
  _ input: Variable, _ rulebook: Rulebook, _ direction: Direction, factor: Float
) -> Variable {
  let rows = rulebook.targetSites(direction).count
  return input.tape.record(rows: rows, channels: input.channels) { compute in
    let output = rulebook.withRules(direction) {
      compute.sumPool(input.value, rules: $0, factor: factor)
    }
    return (
      output,
      { gradient in
        input.accumulate { compute in
          rulebook.withRules(direction.reversed) {
            compute.sumPool(gradient, rules: $0, factor: factor)
          }
        }
      }
    )
  }
}
