import Reference
import Sites
import TestSites
import Testing

/// Proves the numbers that describe a rulebook.
@Suite("Rulebook statistics")
struct RulebookStatisticsTests {
  @Test("counts are the oracle's, for every form and shape", arguments: GeometryCase.all)
  func counts(_ problem: GeometryCase) throws {
    for count in [0, 1, 60] {
      let sites = problem.sites(count, events: [0, 2])
      let rulebook = try problem.rulebook(
        siteSet(sites, batchSize: 4, spatialSize: problem.spatialSize))
      let output = outputSites(
        of: sites, problem.filter, form: problem.form, spatialSize: problem.spatialSize)
      let expected = generalRulebook(
        input: sites, output: output, problem.filter, form: problem.form)
      let statistics = rulebook.statistics
      #expect(statistics.pairsPerOffset == expected.map(\.count))
      #expect(statistics.pairs == rulebook.pairCount)
      #expect(statistics.outputs == output.count)
      var pairsOf = [Int](repeating: 0, count: output.count)
      for pair in expected.joined() { pairsOf[pair.output] += 1 }
      #expect(
        statistics.outputsByPairs == (0...expected.count).map { n in pairsOf.count { $0 == n } })
      let full = Double(output.count * expected.count)
      #expect(statistics.coverage == (full == 0 ? 0 : Double(statistics.pairs) / full))
      #expect(statistics.bytes >= 8 * statistics.pairs)
    }
  }

  @Test("a full image is covered but for its border, and says so")
  func fullImage() throws {
    let sites = filterOffsets([10, 10]).map { [0] + $0 }
    let set = try siteSet(sites, batchSize: 1, spatialSize: [10, 10])
    let statistics = try Rulebook.submanifold(set, FilterGeometry(size: [3, 3])).statistics
    // 64 sites inside, 32 on the sides, 4 in the corners.
    #expect(statistics.outputsByPairs == [0, 0, 0, 0, 4, 0, 32, 0, 0, 64])
    #expect(statistics.pairs == 784)
    #expect(
      statistics.description.hasPrefix(
        "784 pairs of 9 offsets on 100 output sites, coverage 87.1 %"))
  }

  @Test("a checksum tells form, geometry and sites apart, whoever made the rulebook")
  func checksums() throws {
    var random = SplitMix(seed: 2)
    let sites = randomSites(50, events: [0], spatialSize: [9, 9], random: &random)
    let set = try siteSet(sites, batchSize: 1, spatialSize: [9, 9])
    let fewer = try siteSet(Array(sites.dropLast()), batchSize: 1, spatialSize: [9, 9])
    var checksums = Set<UInt64>()
    var made = 0
    for filter in [
      FilterCells([3, 3]), FilterCells([3, 3], kind: .cross),
      FilterCells([3, 3], dilation: [2, 2]),
      FilterCells([1, 1]), FilterCells([3, 1]), FilterCells([1, 3]),
    ] {
      for form in ConvolutionForm.allCases {
        for sites in [set, fewer] {
          let problem = GeometryCase(filter: filter, form: form)
          let rulebook = try problem.rulebook(sites)
          #expect(try problem.rulebook(sites).checksum == rulebook.checksum)
          checksums.insert(rulebook.checksum)
          made += 1
        }
      }
    }
    #expect(checksums.count == made)
  }
}
