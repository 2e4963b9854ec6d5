import Reference
import Testing

/// Proves that the oracle for plain boxes, of which reference networks are made, and the oracle for
/// filters of any shape, with which layers are compared, are one and the same.
@Suite("Two oracles agree")
struct OracleAgreementTests {
  @Test("sites and pairs of boxes without gaps", arguments: 1...4, [0, 1, 40])
  func rulebooks(dimension: Int, count: Int) {
    for problem in problems(dimension: dimension, count: count) {
      let (filter, sites, size) = problem
      let flat = FilterVariety.unstrided(filter)
      #expect(
        submanifoldRulebook(sites: sites, filterSize: filter.size)
          == generalRulebook(input: sites, output: sites, flat, form: .submanifold))
      let coarse = convolutionSites(
        of: sites, filterSize: filter.size, stride: filter.stride, spatialSize: size)
      #expect(coarse == outputSites(of: sites, filter, form: .strided, spatialSize: size))
      let pairs = generalRulebook(input: sites, output: coarse, filter, form: .strided)
      #expect(
        convolutionRulebook(
          input: sites, output: coarse, filterSize: filter.size, stride: filter.stride) == pairs)
      #expect(
        deconvolutionRulebook(
          coarse: coarse, fine: sites, filterSize: filter.size, stride: filter.stride)
          == inverted(pairs))
      #expect(
        fullConvolutionSites(of: sites, filterSize: filter.size, stride: filter.stride)
          == outputSites(of: sites, filter, form: .full, spatialSize: size))
    }
  }

  @Test("pooling of boxes without gaps", arguments: 1...4, [0, 1, 40])
  func pooling(dimension: Int, count: Int) {
    var random = SplitMix(seed: 3)
    for problem in problems(dimension: dimension, count: count) {
      let (filter, sites, size) = problem
      let features = random.rows(sites.count, channels: 2)
      let coarse = outputSites(of: sites, filter, form: .strided, spatialSize: size)
      let pairs = generalRulebook(input: sites, output: coarse, filter, form: .strided)
      func reduced(_ reduction: Reduction) -> [[Double]] {
        reduceWindows(
          features, rulebook: pairs, outputRows: coarse.count, channels: 2, by: reduction)
      }
      let largest = maxPooling(
        features, sites: sites, outputSites: coarse, filterSize: filter.size,
        stride: filter.stride)
      #expect(largest == reduced(.maximum))
      let average = averagePooling(
        features, sites: sites, outputSites: coarse, filterSize: filter.size,
        stride: filter.stride)
      #expect(compare(average, with: reduced(.averageOverVolume)).scaledError < 1e-14)
      // Without a coarse site there is no row to tell the number of channels.
      guard !coarse.isEmpty else { continue }
      let copied = unPooling(
        largest, sites: coarse, fineSites: sites, filterSize: filter.size, stride: filter.stride)
      let summed = reduceWindows(
        largest, rulebook: inverted(pairs), outputRows: sites.count, channels: 2, by: .sum)
      #expect(compare(copied, with: summed).scaledError < 1e-14)
    }
  }

  /// Random sites in images that boxes without gaps divide.
  private func problems(
    dimension: Int, count: Int
  ) -> [(filter: FilterCells, sites: [[Int]], size: [Int])] {
    var random = SplitMix(seed: UInt64(count + dimension))
    return FilterVariety.filters(dimension: dimension).filter {
      $0.kind == .box && $0.dilation.allSatisfy { $0 == 1 }
    }.map { filter in
      let size = FilterVariety.spatialSize(for: filter)
      return (
        filter, randomSites(count, events: [0, 2], spatialSize: size, random: &random), size
      )
    }
  }
}
