import Reference
import Sites
import TestSites
import Testing

/// Proves sets made of other sets, and positions in full images.
@Suite("Sets of sets")
struct SiteSubsetTests {
  static let sizes = [[9], [6, 7], [3, 6, 7], [2, 3, 4, 5]]
  static let counts = [0, 1, 5, 60]

  private func sites(_ count: Int, _ size: [Int], events: [Int], seed: UInt64) -> [[Int]] {
    var random = SplitMix(seed: seed)
    return randomSites(count, events: events, spatialSize: size, random: &random)
  }

  @Test("a mask keeps its sites and their rows", arguments: sizes, counts)
  func subset(size: [Int], count: Int) throws {
    let all = sites(count, size, events: [0, 2], seed: 1)
    let set = try siteSet(all, batchSize: 4, spatialSize: size)
    for keeps in [{ _ in true }, { _ in false }, { $0 % 3 != 1 }] as [(Int) -> Bool] {
      let mask = all.indices.map(keeps)
      let kept = try set.subset(keeping: mask)
      #expect(coordinates(kept) == zip(all, mask).compactMap { $1 ? $0 : nil })
      #expect(try kept.rows(in: set).map(Int.init) == mask.indices.filter { mask[$0] })
    }
    #expect(throws: SiteError.maskCount(set.count + 1, sites: set.count)) {
      try set.subset(keeping: Array(repeating: true, count: set.count + 1))
    }
  }

  @Test("a union has the sites of both, and rows lead there and back", arguments: sizes, counts)
  func union(size: [Int], count: Int) throws {
    let first = sites(count, size, events: [0, 2], seed: 1)
    for second in [sites(count, size, events: [1, 2], seed: 2), first, []] {
      let left = try siteSet(first, batchSize: 4, spatialSize: size)
      let right = try siteSet(second, batchSize: 4, spatialSize: size)
      let union = try left.union(right)
      #expect(coordinates(union) == sortedSites(Set(first + second)))
      #expect(try right.union(left).hasSameSites(as: union))
      let rows = rowNumbers(of: second)
      #expect(
        try union.rows(in: right).map(Int.init) == coordinates(union).map { rows[$0] ?? -1 })
    }
    let set = try siteSet(first, batchSize: 4, spatialSize: size)
    let other = try siteSet([], batchSize: 5, spatialSize: size)
    let error = #expect(throws: SiteError.self) { try set.union(other) }
    #expect(error?.description.contains("4 events of size \(size) and of 5 events") == true)
    #expect(throws: SiteError.self) { try set.rows(in: other) }
  }

  @Test("one site for each event", arguments: 1...4, [0, 1, 5])
  func events(dimension: Int, batchSize: Int) throws {
    let events = try SiteSet.events(batchSize: batchSize, dimension: dimension)
    let origin = [Int](repeating: 0, count: dimension)
    #expect(coordinates(events) == (0..<batchSize).map { [$0] + origin })
    #expect(events.isOnePerEvent)
    #expect(events.eventRows.allSatisfy { $0.count == 1 })
  }

  @Test("impossible batches have no events")
  func impossibleEvents() throws {
    for (batchSize, dimension) in [(-1, 2), (1, 0), (1, 5), (1, -1), (Int.max, 1), (1 << 31, 1)] {
      #expect(throws: SiteError.self) {
        try SiteSet.events(batchSize: batchSize, dimension: dimension)
      }
    }
    #expect(try !siteSet([[0, 0]], batchSize: 2, spatialSize: [1]).isOnePerEvent)
  }

  @Test("positions number the full images, and lead back", arguments: sizes, counts)
  func positions(size: [Int], count: Int) throws {
    let all = sites(count, size, events: [0, 2], seed: 3)
    let set = try siteSet(all, batchSize: 3, spatialSize: size)
    let numbers = rowNumbers(of: allPositions(batchSize: 3, spatialSize: size))
    #expect(try set.positions().map(Int.init) == all.map { numbers[$0] ?? -1 })
    let again = try SiteSet(packing: set.packing, positions: set.positions())
    #expect(again.hasSameSites(as: set))
    for wrong in [Int32(numbers.count), -1, .max, .min] {
      #expect(throws: SiteError.self) { try SiteSet(packing: set.packing, positions: [wrong]) }
    }
    #expect(throws: SiteError.self) { try SiteSet(packing: set.packing, positions: [1, 1]) }
  }

  @Test("images with more positions than row numbers are refused")
  func tooManyPositions() throws {
    for size in [[1 << 40], [1 << 16, 1 << 16], [Int(Int32.max)]] {
      let set = try siteSet([], batchSize: 1, spatialSize: size)
      let error = #expect(throws: SiteError.self) { try set.positions() }
      #expect(error == .tooManyPositions(batchSize: 1, spatialSize: size))
      #expect(error?.description.contains("1 full images of size \(size)") == true)
    }
  }
}
