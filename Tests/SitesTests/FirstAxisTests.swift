import Reference
import Sites
import TestSites
import Testing

/// Proves which rows belong to each position on the first axis.
@Suite("Rows along the first axis")
struct FirstAxisTests {
  @Test(
    "each site is in the range of its position and event", arguments: [0, 1, 50, 400],
    [[4], [1, 9], [3, 9, 8], [5, 4, 3, 2]])
  func rows(count: Int, size: [Int]) throws {
    var random = SplitMix(seed: UInt64(count))
    // Empty events first, in the middle and last.
    let sites = randomSites(count, events: [1, 3], spatialSize: size, random: &random)
    let set = try siteSet(sites, batchSize: 5, spatialSize: size)
    let found = set.rowsAlongFirstAxis()
    #expect(found.map(\.count) == [Int](repeating: 5, count: size[0]))
    for (position, ranges) in found.enumerated() {
      for (event, range) in ranges.enumerated() {
        let expected = sites.indices.filter {
          sites[$0][0] == event && sites[$0][1] == position
        }
        #expect(Array(range) == expected)
      }
    }
  }

  @Test("a batch of no events has no ranges")
  func noEvents() throws {
    let set = try siteSet([], batchSize: 0, spatialSize: [3, 2])
    #expect(set.rowsAlongFirstAxis() == [[], [], []])
  }
}
