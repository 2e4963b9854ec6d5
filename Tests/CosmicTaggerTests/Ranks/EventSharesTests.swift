import Testing

@testable import CosmicTagger

@Suite("Shares of a batch")
struct EventSharesTests {
  private func shares(
    _ count: Int, _ ranks: Int, sizes: [Int]? = nil
  ) throws -> [[Int]] {
    try (0..<ranks).map { rank in
      try EventShares(rank: rank, of: ranks, isBalanced: sizes != nil)
        .places(of: count) { sizes?[$0] }
    }
  }

  @Test(
    "every event goes to one rank, in order, and to none more than one more than to others",
    arguments: [0, 1, 5, 8, 100], [1, 2, 3, 7])
  func consecutive(count: Int, ranks: Int) throws {
    let shares = try shares(count, ranks)
    #expect(Array(shares.joined()) == Array(0..<count))
    let counts = shares.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }

  @Test("by their voxels, every event goes to one rank, and none has much more than others")
  func balanced() throws {
    let sizes = (0..<40).map { 1000 + ($0 * 7919) % 30_000 }
    for ranks in [1, 2, 4, 8] {
      let shares = try shares(sizes.count, ranks, sizes: sizes)
      #expect(shares.joined().sorted() == Array(sizes.indices))
      #expect(shares.allSatisfy { $0 == $0.sorted() })
      let loads = shares.map { $0.reduce(0) { $0 + sizes[$1] } }
      let counts = shares.map(\.count)
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 2)
      #expect(Double(loads.max() ?? 0) < 1.2 * Double(loads.reduce(0, +)) / Double(ranks))
    }
  }

  @Test("events of one size, and events nobody knows the size of, are shared out by their number")
  func alike() throws {
    let same = try shares(6, 3, sizes: [5, 5, 5, 5, 5, 5])
    #expect(same.map(\.count) == [2, 2, 2])
    let unknown = try EventShares(rank: 1, of: 2, isBalanced: true).places(of: 4) { _ in nil }
    #expect(unknown == [2, 3])
  }

  @Test("events without voxels are shared out too")
  func empty() throws {
    #expect(try shares(6, 3, sizes: [0, 0, 0, 0, 0, 0]).map(\.count) == [2, 2, 2])
  }
}
