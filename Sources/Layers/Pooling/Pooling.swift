import Autodiff
import Kernels
import Sites

/// A layer that reduces or spreads windows of sites without weights: the poolings of this module.
public protocol PoolingLayer: Layer where Features == SparseTensor {
  /// Size, stride, dilation and shape of the window.
  var window: FilterGeometry { get }
}

extension PoolingLayer {
  /// As SparseConvNet prints it: name and window.
  public var description: String { "\(Self.self) \(window)" }

  /// Sums along a rulebook: the operator behind sum and average pooling and un-pooling, whose
  /// gradients are the same operator in the other direction.
  func sum(
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
}
