/// One multiplication of a sparse convolution: an input row that contributes to an output row.
public struct RulePair: Hashable, Sendable {
  /// The row of the input site.
  public var input: Int
  /// The row of the output site.
  public var output: Int

  /// A pair of an input row and an output row.
  public init(input: Int, output: Int) {
    self.input = input
    self.output = output
  }
}

/// The rulebook of a submanifold convolution: for each filter offset its pairs, by output row.
///
/// Output site `o` receives offset `k` from `o + k − size / 2`, a cross-correlation; filters of
/// even size lean to the low side.
public func submanifoldRulebook(sites: [[Int]], filterSize: [Int]) -> [[RulePair]] {
  let rows = rowNumbers(of: sites)
  return filterOffsets(filterSize).map { offset in
    sites.indices.compactMap { output in
      let site = sites[output]
      let neighbour = offset.indices.map { site[$0 + 1] + offset[$0] - filterSize[$0] / 2 }
      return rows[[site[0]] + neighbour].map { RulePair(input: $0, output: output) }
    }
  }
}

/// The rulebook of a strided convolution: for each filter offset its pairs, by output row.
///
/// Output site `j` receives offset `k` from `j·stride + k`, without padding.
///
/// - Parameters:
///   - input: the fine sites.
///   - output: the coarse sites, normally those of `convolutionSites(of:…)`.
///   - filterSize: the extent of the filter along each spatial axis.
///   - stride: the step between windows along each spatial axis.
public func convolutionRulebook(
  input: [[Int]], output: [[Int]], filterSize: [Int], stride: [Int]
) -> [[RulePair]] {
  let rows = rowNumbers(of: input)
  return filterOffsets(filterSize).map { offset in
    output.indices.compactMap { row in
      let site = output[row]
      let covered = offset.indices.map { site[$0 + 1] * stride[$0] + offset[$0] }
      return rows[[site[0]] + covered].map { RulePair(input: $0, output: row) }
    }
  }
}

/// The rulebook of a deconvolution: that of the convolution from `fine` to `coarse`, roles swapped.
public func deconvolutionRulebook(
  coarse: [[Int]], fine: [[Int]], filterSize: [Int], stride: [Int]
) -> [[RulePair]] {
  convolutionRulebook(input: fine, output: coarse, filterSize: filterSize, stride: stride)
    .map { pairs in
      pairs.map { RulePair(input: $0.output, output: $0.input) }
        .sorted { ($0.output, $0.input) < ($1.output, $1.input) }
    }
}
