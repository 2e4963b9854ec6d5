import Reference
import Sites
import TestSites
import Testing

/// Proves rulebooks against the oracle's, pair by pair, and their blocks.
@Suite("Rulebooks")
struct RulebookTests {
  @Test("submanifold pairs are the oracle's", arguments: RulebookCase.submanifold)
  func submanifold(_ problem: RulebookCase) throws {
    let sites = problem.sites()
    let set = try siteSet(sites, batchSize: 4, spatialSize: problem.spatialSize)
    let rulebook = try Rulebook.submanifold(set, FilterGeometry(size: problem.filterSize))
    #expect(
      pairs(rulebook) == submanifoldRulebook(sites: sites, filterSize: problem.filterSize))
    #expect(rulebook.outputSites === set)
    expectBlocks(of: rulebook)
    if let identity = rulebook.identityOffset {
      #expect(rulebook.pairs(offset: identity).map(\.input) == Array(0..<set.count))
      #expect(rulebook.pairs(offset: identity).map(\.output) == Array(0..<set.count))
    }
  }

  @Test("strided pairs and output sites are the oracle's", arguments: RulebookCase.strided)
  func strided(_ problem: RulebookCase) throws {
    let sites = problem.sites()
    let set = try siteSet(sites, batchSize: 4, spatialSize: problem.spatialSize)
    let rulebook = try Rulebook.strided(
      set, FilterGeometry(size: problem.filterSize, stride: problem.stride))
    let coarse = convolutionSites(
      of: sites, filterSize: problem.filterSize, stride: problem.stride,
      spatialSize: problem.spatialSize)
    #expect(coordinates(rulebook.outputSites) == coarse)
    #expect(rulebook.outputSites.batchSize == 4)
    #expect(
      rulebook.outputSites.spatialSize
        == convolutionOutputSize(
          spatialSize: problem.spatialSize, filterSize: problem.filterSize, stride: problem.stride))
    #expect(
      pairs(rulebook)
        == convolutionRulebook(
          input: sites, output: coarse, filterSize: problem.filterSize, stride: problem.stride))
    expectBlocks(of: rulebook)
  }

  @Test(
    "a full image has every neighbour and none across its border",
    arguments: [[3, 3], [5, 5], [2, 2]]
  )
  func fullImage(filterSize: [Int]) throws {
    let sites = (0..<2).flatMap { batch in filterOffsets([4, 5]).map { [batch] + $0 } }
    let set = try siteSet(sites, batchSize: 2, spatialSize: [4, 5])
    let rulebook = try Rulebook.submanifold(set, FilterGeometry(size: filterSize))
    #expect(pairs(rulebook) == submanifoldRulebook(sites: sites, filterSize: filterSize))
  }

  @Test("sixty thousand clustered sites: every pair meets the definition, blocks cover all pairs")
  func atScale() throws {
    var random = SplitMix(seed: 60)
    let size = [3, 320, 512]
    let sites = randomSites(60_000, events: [0, 1, 3], spatialSize: size, random: &random)
    let set = try siteSet(sites, batchSize: 4, spatialSize: size)
    #expect(set.count == 60_000)
    for filter in [[1, 3, 3], [3, 1, 1], [1, 2, 2]] {
      let rulebook = try Rulebook.submanifold(set, FilterGeometry(size: filter))
      #expect(pairs(rulebook) == submanifoldRulebook(sites: sites, filterSize: filter))
      expectBlocks(of: rulebook)
    }
    let rulebook = try Rulebook.strided(set, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    // Windows that do not overlap: every site feeds one output.
    #expect(rulebook.pairCount == set.count)
    #expect(Set(rulebook.inputRows).count == set.count)
    #expect(Set(rulebook.outputRows).count == rulebook.outputSites.count)
    expectBlocks(of: rulebook)
  }

  @Test("filters that do not fit are refused")
  func refusals() throws {
    let set = try siteSet([[0, 1, 1]], batchSize: 1, spatialSize: [7, 8])
    #expect(throws: SiteError.self) { try Rulebook.submanifold(set, FilterGeometry(size: [3])) }
    #expect(throws: SiteError.self) { try Rulebook.submanifold(set, FilterGeometry(size: [])) }
    #expect(throws: SiteError.self) { try Rulebook.submanifold(set, FilterGeometry(size: [0, 3])) }
    #expect(throws: SiteError.self) {
      try Rulebook.submanifold(set, FilterGeometry(size: [65, 3]))
    }
    for (filter, stride) in [
      ([2, 2], [2, 2]), ([8, 1], [1, 1]), ([3], [2]), ([1, 1], [2, 0]), ([1, 1], [-2, 1]),
      ([1, 1, 1], [1, 1, 1]), ([3, 3], [2, 2]), ([1, 1], [1]),
    ] {
      #expect(throws: SiteError.self) {
        try Rulebook.strided(set, FilterGeometry(size: filter, stride: stride))
      }
    }
  }
}
