import Reference
import Sites
import TestSites
import Testing

/// Proves that every site index gives the same rulebooks, to the last pair.
@Suite("Site indices")
struct SiteIndexTests {
  /// A filter on an image, with a stride or, where there is none, submanifold.
  struct Filter: CustomStringConvertible, Sendable {
    var spatialSize: [Int]
    var size: [Int]
    var stride: [Int]?

    var description: String { "\(size)/\(stride ?? []) on \(spatialSize)" }
  }

  static let filters: [Filter] = [
    Filter(spatialSize: [40], size: [1]), Filter(spatialSize: [40], size: [16]),
    Filter(spatialSize: [40], size: [3]), Filter(spatialSize: [40], size: [2], stride: [2]),
    Filter(spatialSize: [40], size: [4], stride: [1]),
    Filter(spatialSize: [9, 13], size: [3, 3]), Filter(spatialSize: [9, 13], size: [5, 2]),
    Filter(spatialSize: [9, 13], size: [3, 3], stride: [2, 2]),
    Filter(spatialSize: [3, 9, 13], size: [1, 3, 3]),
    Filter(spatialSize: [3, 9, 13], size: [3, 5, 3]),
    Filter(spatialSize: [3, 9, 13], size: [3, 3, 1], stride: [1, 2, 1]),
    Filter(spatialSize: [2, 4, 3, 6], size: [3, 3, 3, 3]),
    Filter(spatialSize: [2, 4, 3, 6], size: [2, 2, 1, 2], stride: [1, 2, 1, 2]),
  ]

  static let indices = SiteIndexKind.allCases

  private func rulebook(
    _ sites: SiteSet, _ filter: Filter, _ index: any SiteIndex.Type
  ) throws -> Rulebook {
    guard let stride = filter.stride else {
      return try Rulebook.submanifold(sites, FilterGeometry(size: filter.size), index: index)
    }
    return try Rulebook.strided(
      sites, FilterGeometry(size: filter.size, stride: stride), index: index)
  }

  private func expectEqual(_ rulebook: Rulebook, _ other: Rulebook, _ comment: Comment) {
    #expect(rulebook.offsetStarts == other.offsetStarts, comment)
    // A failure of millions of rows is not worth printing.
    let areEqual =
      rulebook.inputRows == other.inputRows && rulebook.outputRows == other.outputRows
    #expect(areEqual, comment)
    #expect(rulebook.outputSites.hasSameSites(as: other.outputSites), comment)
  }

  @Test(
    "all indices give the oracle's rulebook in 1 to 4 dimensions", arguments: filters,
    [0, 1, 6, 300])
  func rulebooks(filter: Filter, count: Int) throws {
    var random = SplitMix(seed: UInt64(count + filter.size.count))
    for events in [[0], [1], [3], [0, 2]] {
      let sites = randomSites(
        count, events: events, spatialSize: filter.spatialSize, random: &random)
      let set = try siteSet(sites, batchSize: 4, spatialSize: filter.spatialSize)
      let expected =
        filter.stride.map { stride in
          convolutionRulebook(
            input: sites,
            output: convolutionSites(
              of: sites, filterSize: filter.size, stride: stride, spatialSize: filter.spatialSize),
            filterSize: filter.size, stride: stride)
        } ?? submanifoldRulebook(sites: sites, filterSize: filter.size)
      for kind in Self.indices {
        #expect(pairs(try rulebook(set, filter, kind.type)) == expected, "\(kind.rawValue)")
      }
    }
  }

  @Test(
    "all indices find what is there and nothing else, in any order of asking", arguments: indices,
    [0, 1, 7, 500])
  func rows(kind: SiteIndexKind, count: Int) throws {
    var random = SplitMix(seed: UInt64(count))
    let size = [3, 20, 20]
    let sites = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
    let set = try siteSet(sites, batchSize: 3, spatialSize: size)
    let index = kind.type.init(set)
    let numbers = rowNumbers(of: sites)
    let everywhere = (0..<3).flatMap { batch in filterOffsets(size).map { [batch] + $0 } }
    for places in [everywhere, everywhere.reversed(), everywhere.shuffled(using: &random)] {
      let keys = try places.map { try set.packing.key(event: $0[0], Array($0.dropFirst())) }
      #expect(index.rows(of: keys) == places.map { Int32(numbers[$0] ?? -1) })
    }
    #expect(index.rows(of: []).isEmpty)
    #expect(set.pairs([], index: kind.type).isEmpty)
    // Keys that belong to no place at all.
    #expect(index.rows(of: [.max, 1 << 63, .max - 1, .max]) == [-1, -1, -1, -1])
  }

  @Test("all indices take the same steps, however far, up to the ends of the keys")
  func steps() throws {
    let packing = try SitePacking(batchSize: 1 << 20, spatialSize: [1 << 20, (1 << 20) - 16])
    let last = (1 << 20) - 1
    let places = [
      (0, 0, 0), (0, 0, 1), (5, 7, 9), (last, last, last - 17), (last, last, last - 16),
    ]
    let set = try SiteSet(
      packing: packing, sortedKeys: places.map { try packing.key(event: $0.0, [$0.1, $0.2]) })
    let keys = set.keys
    let steps = Set(keys.flatMap { key in keys.flatMap { [key &- $0, key &- $0 &+ 1] } }).sorted()
    for kind in Self.indices {
      let found = set.pairs(steps, index: kind.type)
      for (step, pairs) in zip(steps, found) {
        let expected = keys.indices.compactMap { output in
          keys.firstIndex(of: keys[output] &+ step).map { (Int32($0), Int32(output)) }
        }
        #expect(pairs.inputRows == expected.map(\.0), "\(kind.rawValue) \(step)")
        #expect(pairs.outputRows == expected.map(\.1), "\(kind.rawValue) \(step)")
      }
    }
  }

  @Test("a plan looks up sites as it is told, and says the same")
  func plans() throws {
    var random = SplitMix(seed: 4)
    let sites = randomSites(200, events: [0, 1], spatialSize: [8, 20], random: &random)
    let set = try siteSet(sites, batchSize: 2, spatialSize: [8, 20])
    let filter = FilterGeometry(size: [3, 3])
    let expected = try Plan(set).submanifold(set, filter)
    for kind in Self.indices {
      let plan = Plan(set, index: kind)
      expectEqual(try plan.submanifold(set, filter), expected, "\(kind.rawValue)")
    }
  }

  @Test("a bitmap is made where sites are crowded, and refused where they are thinly spread")
  func choice() throws {
    let crowded = try siteSet(
      filterOffsets([1, 30, 40]), batchSize: 1, spatialSize: [30, 40])
    #expect(BitmapIndex.suits(crowded))
    #expect(AutomaticIndex.kind(for: crowded) == .bitmap)
    let thin = try siteSet(
      [[0, 0, 0], [0, 30_000, 30_000]], batchSize: 1, spatialSize: [32_768, 32_768])
    #expect(!BitmapIndex.suits(thin))
    #expect(AutomaticIndex.kind(for: thin) == .sortedMerge)
    let none = try siteSet([], batchSize: 3, spatialSize: [5])
    #expect(!BitmapIndex.suits(none))
    #expect(AutomaticIndex.kind(for: none) == .sortedMerge)
  }

  @Test(
    "two million sites have the same rulebooks by every index",
    arguments: [
      Filter(spatialSize: [8192, 8192], size: [3, 3]),
      Filter(spatialSize: [8192, 8192], size: [2, 2], stride: [2, 2]),
      Filter(spatialSize: [512, 512, 512], size: [3, 1, 3]),
      Filter(spatialSize: [512, 512, 512], size: [2, 2, 2], stride: [2, 2, 2]),
    ])
  func atScale(filter: Filter) throws {
    let sites = try Self.walks(2_000_000, spatialSize: filter.spatialSize)
    let expected = try rulebook(sites, filter, SparseHashIndex.self)
    #expect(expected.pairCount > sites.count / 2)
    for kind in Self.indices where kind != .sparseHash {
      expectEqual(try rulebook(sites, filter, kind.type), expected, "\(kind.rawValue)")
    }
  }

  /// About `count` sites on random walks over two events, some of them along the image's border.
  private static func walks(_ count: Int, spatialSize: [Int]) throws -> SiteSet {
    let packing = try SitePacking(batchSize: 2, spatialSize: spatialSize)
    var random = SplitMix(seed: 11)
    var keys: [UInt64] = []
    keys.reserveCapacity(count)
    while keys.count < count {
      var place = spatialSize.map { Int.random(in: 0..<$0, using: &random) }
      if keys.count % 3 == 0 { place[0] = 0 }
      let event = Int.random(in: 0..<2, using: &random)
      for _ in 0..<500 where keys.count < count {
        keys.append(try packing.key(event: event, place))
        let bits = random.next()
        let axis = Int(bits >> 8) % place.count
        place[axis] = min(max(0, place[axis] + (bits & 1 == 0 ? -1 : 1)), spatialSize[axis] - 1)
      }
    }
    keys.sort()
    var distinct: [UInt64] = []
    for key in keys where key != distinct.last { distinct.append(key) }
    return try SiteSet(packing: packing, sortedKeys: distinct)
  }
}
