import Tensors

extension Compute {
  /// `output[t] = bias + Σ input[s] · weight[k]` over the pairs (s, t) of every offset k.
  ///
  /// Each block of output rows is finished by one thread, offset by offset in fixed order, so the
  /// bits do not depend on the thread count. Cost: pairs × input × output channels multiply-adds.
  ///
  /// - Parameters:
  ///   - input: `[rules.sourceRows, input channels]`.
  ///   - weight: `[offsets × input channels, output channels]`; when `transposingWeight`,
  ///     `[offsets × output channels, input channels]`, each offset's matrix read transposed, as
  ///     the input gradient needs it. With several groups the columns are those of one group.
  ///   - bias: `[1, output channels]`, or nothing.
  ///   - groups: channel groups that do not mix: group g of the output reads group g of the input.
  ///   - ending: what becomes of the sums; not for a depthwise convolution.
  /// - Returns: `[rules.targetRows, output channels]`.
  public func convolve(
    _ input: Tensor, weight: Tensor, bias: Tensor?, rules: Rules, transposingWeight: Bool = false,
    groups: Int = 1, ending: ConvolutionEnding? = nil
  ) -> Tensor {
    let inputChannels = input.channels
    let outputChannels = transposingWeight ? weight.rows / rules.offsets : weight.channels * groups
    precondition(input.rows == rules.sourceRows, "input rows are the rulebook's sources")
    precondition(
      weight.count * groups == rules.offsets * inputChannels * outputChannels,
      "weight fits the channels")
    precondition(
      ending?.addend.map { $0.count == rules.targetRows * outputChannels } ?? true,
      "only equal shapes are added")
    if groups > 1, inputChannels == groups, outputChannels == groups {
      precondition(ending == nil, "a depthwise convolution has no ending")
      return convolveDepthwise(input, weight: weight, bias: bias, rules: rules)
    }
    let output = arena.tensor(rows: rules.targetRows, channels: outputChannels)
    switch algorithm(outputChannels: outputChannels, groups: groups) {
    case .fused:
      convolveFused(
        input, weight: weight, bias: bias, rules: rules, isTransposed: transposingWeight,
        ending: ending, into: output)
    case .gatherGEMMScatter, .automatic:
      let filters = (0..<rules.offsets).map { offset in
        OffsetFilter(
          weight: weight, offset: offset, groups: groups, inputChannels: inputChannels,
          outputChannels: outputChannels, isTransposed: transposingWeight)
      }
      convolveGathered(
        input, filters, bias: bias, rules: rules, ending: ending, into: output)
    }
    return output
  }

  /// The algorithm of a convolution, or of a gradient of one, that makes so many channels.
  public func algorithm(outputChannels: Int, groups: Int = 1) -> ConvolutionAlgorithm {
    let canBeFused = groups == 1 && outputChannels % 8 == 0
    return canBeFused && convolution != .gatherGEMMScatter ? .fused : .gatherGEMMScatter
  }

  /// What is computed with, in the words of a table: `fused`, `fused, bfloat16`.
  package func algorithmName(outputChannels: Int, groups: Int = 1) -> String {
    let algorithm = algorithm(outputChannels: outputChannels, groups: groups)
    let isRounded = algorithm == .fused && precision == .bfloat16
    return algorithm.rawValue + (isRounded ? ", bfloat16" : "")
  }
}
