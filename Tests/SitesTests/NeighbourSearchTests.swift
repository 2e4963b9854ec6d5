import Reference
import Sites
import TestSites
import Testing

/// Proves that each way in which neighbours are found, which sites choose by their number on a line,
/// gives the pairs that looking up every offset gives.
@Suite("Ways to find neighbours")
struct NeighbourSearchTests {
  /// Sites drawn with one probability, from so thin that lines have none to all there are.
  private func sites(_ share: Double, spatialSize: [Int], events: Int) throws -> SiteSet {
    let packing = try SitePacking(batchSize: events, spatialSize: spatialSize)
    var random = SplitMix(seed: UInt64(share * 1000) + UInt64(spatialSize.count))
    var keys: [UInt64] = []
    for event in 0..<events where event != 1 {
      for place in filterOffsets(spatialSize) where Double.random(in: 0..<1, using: &random) < share
      {
        keys.append(try packing.key(event: event, place))
      }
    }
    return try SiteSet(packing: packing, sortedKeys: keys)
  }

  static let filters: [FilterGeometry] = [
    FilterGeometry(size: [3, 3]), FilterGeometry(size: [5, 5]), FilterGeometry(size: [7, 4]),
    FilterGeometry(size: [2, 3]), FilterGeometry(size: [1, 9]), FilterGeometry(size: [3, 5]),
    FilterGeometry(size: [3, 3], dilation: [2, 3]), FilterGeometry(size: [5, 5], shape: .cross),
    FilterGeometry(size: [3, 3], shape: .cells([[2, 0], [0, 2], [1, 1], [0, 0]])),
  ]

  @Test(
    "agree from empty lines to full ones", arguments: filters,
    [0.002, 0.02, 0.08, 0.15, 0.3, 0.9, 1])
  func occupancies(filter: FilterGeometry, share: Double) throws {
    for (size, events) in [([64, 50], 3), ([5, 300], 1), ([300, 5], 1)] {
      let set = try sites(share, spatialSize: size, events: events)
      let expected = try Rulebook.submanifold(set, filter, index: SparseHashIndex.self)
      for kind in SiteIndexKind.allCases {
        let rulebook = try Rulebook.submanifold(set, filter, index: kind.type)
        #expect(rulebook.checksum == expected.checksum, "\(kind.rawValue) \(size)")
        #expect(rulebook.identityOffset == expected.identityOffset)
        #expect(rulebook.outputBlocks.starts == expected.outputBlocks.starts)
        #expect(rulebook.inputBlocks.starts == expected.inputBlocks.starts)
      }
    }
  }

  @Test(
    "agree on coarse sites, one line of each or two",
    arguments: [
      ([64, 50], [2, 2]), ([64, 50], [1, 2]), ([64, 50], [2, 1]), ([63, 50], [3, 2]),
      ([400], [2]), ([6, 16, 10], [1, 2, 2]), ([6, 16, 10], [2, 2, 2]), ([6, 16, 10], [1, 1, 2]),
    ], [0.002, 0.02, 0.3, 1])
  func halving(_ problem: (size: [Int], filter: [Int]), share: Double) throws {
    let filter = FilterGeometry(size: problem.filter, stride: problem.filter)
    for events in [0, 1, 3] {
      let set = try sites(share, spatialSize: problem.size, events: events)
      let expected = try Rulebook.strided(set, filter, index: SparseHashIndex.self)
      for kind in SiteIndexKind.allCases {
        let rulebook = try Rulebook.strided(set, filter, index: kind.type)
        #expect(rulebook.outputSites.keys == expected.outputSites.keys, "\(kind.rawValue)")
        #expect(rulebook.outputSites.digest == expected.outputSites.digest)
        #expect(rulebook.checksum == expected.checksum, "\(kind.rawValue)")
        #expect(rulebook.inputBlocks.starts == expected.inputBlocks.starts)
      }
    }
  }

  @Test("only hash maps look up every offset")
  func literal() {
    for kind in SiteIndexKind.allCases {
      let isHash = kind == .sparseHash || kind == .compactSparseHash
      #expect(kind.type.looksUpEveryOffset == isHash)
    }
  }
}
