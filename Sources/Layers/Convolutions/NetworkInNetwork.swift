import Autodiff
import Kernels
import Sites
import Tensors

/// A linear map of the channels of each site: sites in → the same sites out.
///
/// `output = bias + input · weight`, a convolution of filter size one without a rulebook. Cost:
/// input × output channels multiply-adds a site.
///
/// ```swift
/// let logits = NetworkInNetwork(inputChannels: 8, outputChannels: 3, random: &random)
/// ```
public struct NetworkInNetwork: FilterLayer, FoldableLayer {
  /// Geometry, weight and bias.
  public let filters: Filters

  /// A layer with fresh weights from `random`.
  public init(
    inputChannels: Int, outputChannels: Int, bias: Bool = true, random: inout RandomStream
  ) {
    filters = Filters(
      inputChannels, outputChannels, FilterGeometry(size: [1]), bias: bias, random: &random)
  }

  /// Maps each site's channels.
  ///
  /// - Throws: `LayerError` for the wrong number of channels.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try convolve(input, by: filters, ending: nil)
  }

  /// Maps by filters of this layer's kind.
  package func convolve(
    _ input: SparseTensor, by filters: Filters, ending: FoldedEnding?
  ) throws -> SparseTensor {
    try filters.check(input, layer: self)
    return input.with(Self.linear(input.features, by: filters, ending: ending))
  }

  /// Maps each row's channels.
  package func linear(_ input: Variable) -> Variable {
    Self.linear(input, by: filters, ending: nil)
  }

  private static func linear(
    _ input: Variable, by filters: Filters, ending: FoldedEnding?
  ) -> Variable {
    let weight = filters.weight
    let bias = filters.bias
    input.tape.trace?.count(
      multiplyAdds: input.rows * weight.count, pairs: input.rows,
      algorithm: input.tape.compute.algorithmName(outputChannels: filters.outputChannels))
    return input.tape.record(rows: input.rows, channels: filters.outputChannels) { compute in
      let output = compute.linear(
        input.value, weight: weight.value, bias: bias?.value, ending: ending?.ofRows)
      return (
        output,
        { gradient in
          if let bias { compute.accumulateColumnSums(of: gradient, into: bias.gradient) }
          compute.accumulateLinearWeightGradient(
            input: input.value, outputGradient: gradient, into: weight.gradient)
          input.accumulate {
            $0.linear(gradient, weight: weight.value, bias: nil, transposingWeight: true)
          }
        }
      )
    }
  }
}
