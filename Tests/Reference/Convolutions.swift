/// Sums the contributions of a rulebook: `out[o] = bias + Σ_k Σ_(i,o) weights[k]ᵀ · in[i]`.
///
/// - Parameters:
///   - features: input rows × input channels.
///   - rulebook: for each filter offset its pairs.
///   - outputRows: the number of output sites.
///   - weights: indexed `[offset][input channel][output channel]`.
///   - bias: one value per output channel, or nil.
/// - Returns: output rows × output channels.
public func applyRulebook(
  _ features: [[Double]], rulebook: [[RulePair]], outputRows: Int, weights: [[[Double]]],
  bias: [Double]? = nil
) -> [[Double]] {
  let channels = bias?.count ?? weights.first?.first?.count ?? 0
  let start = bias ?? Array(repeating: 0, count: channels)
  var sums = (0..<outputRows).flatMap { _ in start }
  for (offset, pairs) in rulebook.enumerated() {
    for pair in pairs {
      let first = pair.output * channels
      for (value, row) in zip(features[pair.input], weights[offset]) {
        for channel in 0..<channels { sums[first + channel] += value * row[channel] }
      }
    }
  }
  return (0..<outputRows).map { Array(sums[$0 * channels..<($0 + 1) * channels]) }
}

/// A submanifold convolution: sites in, the same sites out.
///
/// - Parameters:
///   - features: rows × input channels, in the order of `sites`.
///   - sites: the active sites.
///   - filterSize: the extent of the filter along each spatial axis.
///   - weights: indexed `[offset][input channel][output channel]`.
///   - bias: one value per output channel, or nil.
public func submanifoldConvolution(
  _ features: [[Double]], sites: [[Int]], filterSize: [Int], weights: [[[Double]]],
  bias: [Double]? = nil
) -> [[Double]] {
  applyRulebook(
    features, rulebook: submanifoldRulebook(sites: sites, filterSize: filterSize),
    outputRows: sites.count, weights: weights, bias: bias)
}

/// A strided convolution without padding from `sites` to `outputSites`.
///
/// `out[j] = bias + Σ_k weights[k]ᵀ · in[j·stride + k]`; inputs covered by no window are dropped.
/// Take `outputSites` from `convolutionSites(of:filterSize:stride:spatialSize:)`.
public func convolution(
  _ features: [[Double]], sites: [[Int]], outputSites: [[Int]], filterSize: [Int],
  stride: [Int], weights: [[[Double]]], bias: [Double]? = nil
) -> [[Double]] {
  let rulebook = convolutionRulebook(
    input: sites, output: outputSites, filterSize: filterSize, stride: stride)
  return applyRulebook(
    features, rulebook: rulebook, outputRows: outputSites.count, weights: weights, bias: bias)
}

/// A deconvolution from coarse sites back onto the given fine sites.
///
/// `out[j·stride + k] += weights[k]ᵀ · in[j]`, the same `k` as the convolution down, not flipped;
/// a fine site covered by no window gets the bias alone. A full convolution is the same sum onto
/// `fullConvolutionSites(of:filterSize:stride:)`.
public func deconvolution(
  _ features: [[Double]], sites: [[Int]], fineSites: [[Int]], filterSize: [Int],
  stride: [Int], weights: [[[Double]]], bias: [Double]? = nil
) -> [[Double]] {
  let rulebook = deconvolutionRulebook(
    coarse: sites, fine: fineSites, filterSize: filterSize, stride: stride)
  return applyRulebook(
    features, rulebook: rulebook, outputRows: fineSites.count, weights: weights, bias: bias)
}

/// One linear map applied at every site: `out = bias + weightsᵀ · in`.
///
/// - Parameters:
///   - features: rows × input channels.
///   - weights: indexed `[input channel][output channel]`.
///   - bias: one value per output channel, or nil.
public func networkInNetwork(
  _ features: [[Double]], weights: [[Double]], bias: [Double]? = nil
) -> [[Double]] {
  let everyRow = features.indices.map { RulePair(input: $0, output: $0) }
  return applyRulebook(
    features, rulebook: [everyRow], outputRows: features.count, weights: [weights], bias: bias)
}
