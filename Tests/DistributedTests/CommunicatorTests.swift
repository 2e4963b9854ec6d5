import Distributed
import RankThreads
import Tensors
import Testing

/// Proves what every communicator can do, by ranks that are threads, and by a process alone.
@Suite("Communicator")
struct CommunicatorTests {
  @Test("sums are of all ranks, and the same bits on each", arguments: [1, 2, 3, 5])
  func sums(ranks: Int) throws {
    let sums = try onRanks(ranks) { communicator in
      var values = [0.1 * Double(communicator.rank + 1), -3, 1e300]
      communicator.sum(&values)
      return values
    }.map { try $0.get() }
    let expected = (1...ranks).reduce(0) { $0 + 0.1 * Double($1) }
    #expect(sums[0][0] == expected)
    #expect(sums[0][1] == -3 * Double(ranks))
    #expect(sums.allSatisfy { $0 == sums[0] })
  }

  @Test("bytes of different lengths are gathered at one rank", arguments: [1, 2, 4])
  func gather(ranks: Int) throws {
    let gathered = try onRanks(ranks) { communicator in
      communicator.gather([UInt8](repeating: UInt8(communicator.rank), count: communicator.rank))
    }.map { try $0.get() }
    #expect(gathered[0] == (0..<ranks).map { [UInt8](repeating: UInt8($0), count: $0) })
    #expect(gathered.dropFirst().allSatisfy { $0.isEmpty })
  }

  @Test("bytes of one rank come to all, none as well as many", arguments: [1, 3], [0, 1, 1000])
  func broadcast(ranks: Int, count: Int) throws {
    let root = ranks - 1
    let shared = try onRanks(ranks) { communicator in
      communicator.broadcast(
        communicator.rank == root ? [UInt8](repeating: 7, count: count) : [9], from: root)
    }.map { try $0.get() }
    #expect(shared.allSatisfy { $0 == [UInt8](repeating: 7, count: count) })
  }

  @Test("each rank gets its part of what one rank has", arguments: [1, 2, 4])
  func scatter(ranks: Int) throws {
    let parts = (0..<ranks).map { [UInt8](repeating: UInt8($0 + 1), count: 3 * $0) }
    let scattered = try onRanks(ranks) { communicator in
      communicator.scatter(communicator.rank == ranks - 1 ? parts : [], from: ranks - 1)
    }.map { try $0.get() }
    #expect(scattered == parts)
  }

  @Test("a process alone needs nobody")
  func solo() {
    let solo = SoloCommunicator()
    var values = [1.5, 2]
    solo.sum(&values)
    #expect(values == [1.5, 2])
    #expect(solo.gather([1, 2]) == [[1, 2]])
    #expect(solo.broadcast([3]) == [3])
    #expect(solo.scatter([[4, 5]], from: 0) == [4, 5])
    #expect(solo.gatherAll(6) == [6])
    #expect(solo.processorShare() >= 1)
    #expect(solo.isFirst)
  }
}
