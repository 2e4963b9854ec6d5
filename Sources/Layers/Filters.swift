import Autodiff
import Kernels
import Sites
import Tensors

/// The filters of a convolution: their geometry, weight and bias, and the one operator that
/// submanifold, strided, full and inverse convolutions share.
public struct Filters {
  /// Channels of each input site.
  public let inputChannels: Int
  /// Channels of each output site.
  public let outputChannels: Int
  /// Size, stride, dilation and shape of the filter.
  public let geometry: FilterGeometry
  /// `[filter volume, input channels, output channels]`, offsets in weight order: row-major as in
  /// SparseConvNet.
  public let weight: Parameter
  /// `[output channels]`, if there is one.
  public let bias: Parameter?

  /// Weights drawn as SparseConvNet draws them, from a normal distribution of deviation
  /// √(2 / (input channels × filter volume)); biases zero.
  ///
  /// Filters without channels have no weights: using them is refused.
  init(
    _ inputChannels: Int, _ outputChannels: Int, _ geometry: FilterGeometry, bias: Bool,
    random: inout RandomStream
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.geometry = geometry
    let (inputs, outputs) = (max(inputChannels, 0), max(outputChannels, 0))
    let deviation = (2 / Double(inputs * geometry.volume)).squareRoot()
    weight = Parameter(shape: [geometry.volume, inputs, outputs]) {
      Float(random.normal() * deviation)
    }
    self.bias = bias ? Parameter(shape: [outputs]) : nil
  }

  func check(_ input: SparseTensor, layer: some CustomStringConvertible) throws(LayerError) {
    guard inputChannels > 0, outputChannels > 0 else {
      throw LayerError.noChannels(layer: layer.description)
    }
    guard input.channels == inputChannels else {
      throw LayerError.channels(
        layer: layer.description, reads: inputChannels, found: input.channels)
    }
  }

  /// Convolves onto given sites, in one of the three forms.
  func convolve(
    _ input: SparseTensor, onto sites: SiteSet, form: RulebookForm,
    layer: some CustomStringConvertible
  ) throws -> SparseTensor {
    try check(input, layer: layer)
    let rulebook = try input.plan.onto(sites, from: input.sites, geometry, form: form)
    return SparseTensor(
      sites: rulebook.outputSites, features: convolve(input.features, rulebook, .forward),
      plan: input.plan)
  }

  /// Convolves along a rulebook in one of its directions, and records the three gradients.
  func convolve(_ input: Variable, _ rulebook: Rulebook, _ direction: Direction) -> Variable {
    let rows = rulebook.targetSites(direction).count
    return input.tape.record(rows: rows, channels: outputChannels) { compute in
      let output = rulebook.withRules(direction) { rules in
        compute.convolve(input.value, weight: weight.value, bias: bias?.value, rules: rules)
      }
      return (output, { pullback(input, rulebook, direction, outputGradient: $0, compute) })
    }
  }

  private func pullback(
    _ input: Variable, _ rulebook: Rulebook, _ direction: Direction, outputGradient: Tensor,
    _ compute: Compute
  ) {
    if let bias { compute.accumulateColumnSums(of: outputGradient, into: bias.gradient) }
    rulebook.withRules(direction) { rules in
      compute.accumulateWeightGradient(
        input: input.value, outputGradient: outputGradient, rules: rules, into: weight.gradient)
    }
    input.accumulate { compute in
      rulebook.withRules(direction.reversed) { rules in
        compute.convolve(
          outputGradient, weight: weight.value, bias: nil, rules: rules, transposingWeight: true)
      }
    }
  }
}

/// A layer whose parameters are filters.
public protocol FilterLayer: Layer {
  /// Geometry, weight and bias.
  var filters: Filters { get }
}

extension FilterLayer {
  /// `[filter volume, input channels, output channels]`, offsets in weight order.
  public var weight: Parameter { filters.weight }

  /// `[output channels]`, if there is one.
  public var bias: Parameter? { filters.bias }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  /// As SparseConvNet prints it: name, channels, and the filter where it is not one site.
  public var description: String {
    let channels = "\(Self.self) \(filters.inputChannels)→\(filters.outputChannels)"
    guard filters.geometry.size.contains(where: { $0 != 1 }) else { return channels }
    return channels + " \(filters.geometry)"
  }
}
