import Distributed
import RankThreads
import Tensors
import Testing

/// Proves sums that go on beside other work.
@Suite("PendingSum")
struct PendingSumTests {
  /// Values of a rank.
  private static func values(_ count: Int, rank: Int) -> [Float] {
    (0..<count).map { Float(($0 * 31 + rank * 17) % 101) * 0.37 - 15 }
  }

  /// Sums of several steps, looked after before they are finished.
  private static func sums(
    _ count: Int, ranks: Int, precision: Precision = .float32
  ) throws -> [[Float]] {
    try onRanks(ranks) { communicator in
      let sum = PendingSum(count: count, over: communicator, precision: precision)
      var result: [Float] = []
      for _ in 0..<2 {
        let own = values(count, rank: communicator.rank)
        sum.begin { target in
          for (index, value) in own.enumerated() { target[index] = value }
        }
        for _ in 0..<communicator.rank { _ = sum.advance() }
        result = Array(UnsafeBufferPointer(start: sum.finish(), count: count))
      }
      return result
    }.map { try $0.get() }
  }

  @Test(
    "values are added in the order of ranks, on all of them",
    arguments: [1, 2, 3, 5], [0, 1, 2, 64, 1001])
  func sums(ranks: Int, count: Int) throws {
    let found = try Self.sums(count, ranks: ranks)
    let expected = (0..<count).map { index in
      (1..<ranks).reduce(Self.values(count, rank: 0)[index]) {
        $0 + Self.values(count, rank: $1)[index]
      }
    }
    #expect(found.allSatisfy { $0 == expected })
  }

  @Test("halves are added as float32 and rounded once more", arguments: [1, 2, 4])
  func halves(ranks: Int) throws {
    let rounded = Precision.bfloat16.rounded
    let found = try Self.sums(100, ranks: ranks, precision: .bfloat16)
    let expected = (0..<100).map { index in
      rounded((0..<ranks).reduce(0) { $0 + rounded(Self.values(100, rank: $1)[index]) })
    }
    #expect(found.allSatisfy { $0 == expected })
  }

  @Test("what is not finite on one rank is not finite on all", arguments: Precision.allCases)
  func notFinite(precision: Precision) throws {
    let found = try onRanks(2) { communicator in
      let sum = PendingSum(count: 3, over: communicator, precision: precision)
      sum.begin { values in
        values[0] = communicator.rank == 1 ? .nan : 1
        values[1] = communicator.rank == 0 ? -.infinity : 1
        values[2] = 1
      }
      return Array(UnsafeBufferPointer(start: sum.finish(), count: 3))
    }.map { try $0.get() }
    for sums in found {
      #expect(sums[0].isNaN)
      #expect(sums[1] == -.infinity)
      #expect(sums[2] == 2)
    }
  }
}
