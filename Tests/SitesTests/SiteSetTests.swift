import Reference
import Sites
import TestSites
import Testing

/// Proves what every site set promises, and that what breaks a promise is refused.
@Suite("Site sets")
struct SiteSetTests {
  @Test(
    "events without sites first, in the middle and last have empty rows of their own",
    arguments: [[], [0], [3], [1, 2], [0, 3], [0, 1, 2, 3]])
  func emptyEvents(events: [Int]) throws {
    var random = SplitMix(seed: 7)
    let sites = randomSites(30, events: events, spatialSize: [3, 9, 8], random: &random)
    let set = try siteSet(sites, batchSize: 4, spatialSize: [3, 9, 8])
    #expect(set.count == sites.count)
    #expect(coordinates(set) == sites)
    #expect(set.eventRows.count == 4)
    for event in 0..<4 {
      #expect(
        set.eventRows[event].map { sites[$0][0] } == sites.map { $0[0] }.filter { $0 == event })
    }
  }

  @Test("a batch of no events is a set like any other")
  func noEvents() throws {
    let set = try siteSet([], batchSize: 0, spatialSize: [3, 4])
    #expect(set.count == 0)
    #expect(set.eventRows.isEmpty)
  }

  @Test("duplicates, disorder and keys outside the sizes are refused by name")
  func refusals() throws {
    let packing = try SitePacking(batchSize: 2, spatialSize: [3, 4])
    let first = try packing.key(event: 0, [1, 2])
    let second = try packing.key(event: 1, [2, 3])
    let twice = #expect(throws: SiteError.self) {
      try SiteSet(packing: packing, sortedKeys: [first, first, second])
    }
    #expect(twice?.description.contains("[1, 2]") == true)
    #expect(throws: SiteError.self) {
      try SiteSet(packing: packing, sortedKeys: [second, first])
    }
    for key in [UInt64.max, first + 2, UInt64(2) << 62] {
      #expect(throws: SiteError.self) { try SiteSet(packing: packing, sortedKeys: [key]) }
    }
    #expect(throws: SiteError.self) {
      // An event beyond the batch.
      let larger = try SitePacking(batchSize: 3, spatialSize: [3, 4])
      let set = try SiteSet(packing: packing, sortedKeys: [larger.key(event: 2, [0, 0])])
      return set
    }
  }

  @Test("digests tell equal sets from others, whatever order they came in")
  func digests() throws {
    var random = SplitMix(seed: 5)
    let sites = randomSites(100, events: [0, 1], spatialSize: [20, 20], random: &random)
    let set = try siteSet(sites, batchSize: 2, spatialSize: [20, 20])
    let keys = set.keys.shuffled(using: &random)
    let again = try SiteSet(packing: set.packing, sortedKeys: keys.sorted())
    #expect(set.digest == again.digest)
    #expect(set.hasSameSites(as: again))
    let others = [
      try siteSet(Array(sites.dropLast()), batchSize: 2, spatialSize: [20, 20]),
      try siteSet(sites, batchSize: 3, spatialSize: [20, 20]),
      try siteSet(sites, batchSize: 2, spatialSize: [20, 21]),
      try siteSet([], batchSize: 2, spatialSize: [20, 20]),
    ]
    for other in others {
      #expect(!set.hasSameSites(as: other))
      #expect(set.digest != other.digest)
    }
  }

  @Test("the index finds every site's row and nothing else", arguments: [0, 1, 7, 500])
  func index(count: Int) throws {
    var random = SplitMix(seed: UInt64(count))
    let sites = randomSites(count, events: [0, 2], spatialSize: [3, 20, 20], random: &random)
    let set = try siteSet(sites, batchSize: 3, spatialSize: [3, 20, 20])
    let index = SparseHashIndex(set)
    #expect(index.rows(of: set.keys) == (0..<Int32(count)).map { $0 })
    let rows = rowNumbers(of: sites)
    let everywhere = (0..<3).flatMap { batch in
      filterOffsets([3, 20, 20]).map { [batch] + $0 }
    }
    let keys = try everywhere.map { try set.packing.key(event: $0[0], Array($0.dropFirst())) }
    #expect(index.rows(of: keys) == everywhere.map { Int32(rows[$0] ?? -1) })
    #expect(index.rows(of: []).isEmpty)
    #expect(set.pairs([], index: SparseHashIndex.self).isEmpty)
  }
}
