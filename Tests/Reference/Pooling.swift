/// The largest active input of each window, channel by channel.
///
/// The maximum runs over the active inputs only and may be negative; SparseConvNet starts from
/// zero instead, which is `max(0, …)` of this.
///
/// - Parameters:
///   - features: rows × channels, in the order of `sites`.
///   - sites: the input sites.
///   - outputSites: the windows, from `convolutionSites(of:filterSize:stride:spatialSize:)`.
///   - filterSize: the extent of the window along each spatial axis.
///   - stride: the step between windows along each spatial axis.
public func maxPooling(
  _ features: [[Double]], sites: [[Int]], outputSites: [[Int]], filterSize: [Int],
  stride: [Int]
) -> [[Double]] {
  var largest = [[Double]?](repeating: nil, count: outputSites.count)
  let rulebook = convolutionRulebook(
    input: sites, output: outputSites, filterSize: filterSize, stride: stride)
  for pair in rulebook.joined() {
    let values = features[pair.input]
    largest[pair.output] = largest[pair.output].map { zip($0, values).map(max) } ?? values
  }
  let channels = features.first?.count ?? 0
  return largest.map { $0 ?? Array(repeating: 0, count: channels) }
}

/// The sum of each window divided by the window's volume, not by its number of active sites.
public func averagePooling(
  _ features: [[Double]], sites: [[Int]], outputSites: [[Int]], filterSize: [Int],
  stride: [Int]
) -> [[Double]] {
  let rulebook = convolutionRulebook(
    input: sites, output: outputSites, filterSize: filterSize, stride: stride)
  let volume = Double(filterSize.reduce(1, *))
  return sumPairs(features, rulebook: rulebook, outputRows: outputSites.count)
    .map { row in row.map { $0 / volume } }
}

/// Copies coarse features onto the given fine sites; where windows overlap, copies add up.
public func unPooling(
  _ features: [[Double]], sites: [[Int]], fineSites: [[Int]], filterSize: [Int],
  stride: [Int]
) -> [[Double]] {
  let rulebook = deconvolutionRulebook(
    coarse: sites, fine: fineSites, filterSize: filterSize, stride: stride)
  return sumPairs(features, rulebook: rulebook, outputRows: fineSites.count)
}

/// Adds the input row of every pair to its output row.
private func sumPairs(
  _ features: [[Double]], rulebook: [[RulePair]], outputRows: Int
) -> [[Double]] {
  let channels = features.first?.count ?? 0
  var result = Array(repeating: Array(repeating: 0.0, count: channels), count: outputRows)
  for pair in rulebook.joined() {
    for channel in 0..<channels { result[pair.output][channel] += features[pair.input][channel] }
  }
  return result
}
