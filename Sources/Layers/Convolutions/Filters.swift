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
  /// Groups of channels that do not mix; one for each channel is a depthwise convolution.
  public let groups: Int
  /// `[filter volume, input channels, output channels]`, offsets in weight order: row-major as in
  /// SparseConvNet; `[filter volume, groups, input channels / groups, output channels / groups]`
  /// where there are several groups.
  public let weight: Parameter
  /// `[output channels]`, if there is one.
  public let bias: Parameter?

  /// Weights drawn as SparseConvNet draws them, from a normal distribution of deviation
  /// √(2 · groups / (input channels × filter volume)); biases zero.
  ///
  /// Impossible numbers make no weights, and an error when the layer is first applied.
  package init(
    _ inputChannels: Int, _ outputChannels: Int, _ geometry: FilterGeometry, groups: Int = 1,
    bias: Bool, random: inout RandomStream
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.geometry = geometry
    self.groups = groups
    let isPossible = Self.arePossible(inputChannels, outputChannels, groups: groups)
    let inputs = isPossible ? inputChannels / groups : 0
    let outputs = isPossible ? outputChannels / groups : 0
    let grouping = groups == 1 ? [] : [isPossible ? groups : 0]
    let deviation = (2 / Double(inputs * geometry.volume)).squareRoot()
    weight = Parameter(shape: [geometry.volume] + grouping + [inputs, outputs]) {
      Float(random.normal() * deviation)
    }
    self.bias = bias ? Parameter(shape: [isPossible ? outputChannels : 0]) : nil
  }

  /// Filters of the same geometry and channels, with other values.
  init(like other: Filters, weight: Parameter, bias: Parameter?) {
    inputChannels = other.inputChannels
    outputChannels = other.outputChannels
    geometry = other.geometry
    groups = other.groups
    self.weight = weight
    self.bias = bias
  }

  /// More channels than any network has, and few enough for sizes to be counted.
  static let largestChannels = 1 << 20

  private static func arePossible(_ inputs: Int, _ outputs: Int, groups: Int) -> Bool {
    let range = 1...largestChannels
    return range.contains(inputs) && range.contains(outputs) && range.contains(groups)
      && inputs % groups == 0 && outputs % groups == 0
  }

  /// Weight and bias, by name.
  package var ownParameters: [(name: String, parameter: Parameter)] {
    [("weight", weight)] + (bias.map { [("bias", $0)] } ?? [])
  }

  func check(_ input: SparseTensor, layer: some CustomStringConvertible) throws(LayerError) {
    try check(channels: input.channels, layer: layer)
  }

  /// Checks that channels are possible, and those of the input.
  package func check(
    channels found: Int, layer: some CustomStringConvertible
  ) throws(LayerError) {
    guard inputChannels > 0, outputChannels > 0 else {
      throw LayerError.noChannels(layer: layer.description)
    }
    guard max(inputChannels, outputChannels) <= Self.largestChannels else {
      throw LayerError.tooManyChannels(
        layer: layer.description, channels: max(inputChannels, outputChannels),
        most: Self.largestChannels)
    }
    guard Self.arePossible(inputChannels, outputChannels, groups: groups) else {
      let channels = groups > 0 && inputChannels % groups == 0 ? outputChannels : inputChannels
      throw LayerError.groups(layer: layer.description, groups: groups, channels: channels)
    }
    guard found == inputChannels else {
      throw LayerError.channels(
        layer: layer.description, reads: inputChannels, found: found)
    }
  }

  /// Convolves onto given sites, in one of the three forms.
  ///
  /// Sites that the plan does not know may be predicted ones, and get a plan of the step.
  func convolve(
    _ input: SparseTensor, onto sites: SiteSet, form: RulebookForm,
    layer: some CustomStringConvertible
  ) throws -> SparseTensor {
    try check(input, layer: layer)
    let plan = input.plan.holding(sites)
    let rulebook = try plan.onto(sites, from: input.sites, geometry, form: form)
    return SparseTensor(
      sites: rulebook.outputSites, features: convolve(input.features, rulebook, .forward),
      plan: plan, descent: Descent(rulebook, after: input.descent))
  }

  /// Convolves along a rulebook in one of its directions, and records the three gradients.
  ///
  /// - Parameter ending: what becomes of the result; none of the gradients knows of it.
  package func convolve(
    _ input: Variable, _ rulebook: Rulebook, _ direction: Direction, ending: FoldedEnding? = nil
  ) -> Variable {
    let rows = rulebook.targetSites(direction).count
    input.tape.trace?.count(
      multiplyAdds: rulebook.pairCount * weight.count / max(1, rulebook.geometry.volume),
      pairs: rulebook.pairCount,
      algorithm: input.tape.compute.algorithmName(
        outputChannels: outputChannels, groups: groups))
    return input.tape.record(rows: rows, channels: outputChannels) { compute in
      let output = rulebook.withRules(direction) { rules in
        compute.convolve(
          input.value, weight: weight.value, bias: bias?.value, rules: rules, groups: groups,
          ending: ending?.ofRows)
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
        input: input.value, outputGradient: outputGradient, rules: rules, into: weight.gradient,
        groups: groups)
    }
    input.accumulate { compute in
      rulebook.withRules(direction.reversed) { rules in
        compute.convolve(
          outputGradient, weight: weight.value, bias: nil, rules: rules, transposingWeight: true,
          groups: groups)
      }
    }
  }
}

/// A layer whose parameters are filters: the convolutions of this module.
public protocol FilterLayer: Layer where Features == SparseTensor {
  /// Geometry, weight and bias.
  var filters: Filters { get }
}

extension FilterLayer {
  /// `[filter volume, input channels, output channels]`, offsets in weight order; for several groups
  /// see `Filters`.
  public var weight: Parameter { filters.weight }

  /// `[output channels]`, if there is one.
  public var bias: Parameter? { filters.bias }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.ownParameters }

  /// As SparseConvNet prints it: name, channels, and the filter where it is not one site.
  public var description: String {
    let channels = "\(Self.self) \(filters.inputChannels)→\(filters.outputChannels)"
    let filter =
      filters.geometry.size.contains { $0 != 1 } ? " \(filters.geometry)" : ""
    return channels + filter + (filters.groups == 1 ? "" : ", \(filters.groups) groups")
  }
}
