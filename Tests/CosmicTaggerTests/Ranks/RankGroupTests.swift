import Distributed
import RankThreads
import Testing

@testable import CosmicTagger

/// Proves that ranks agree: what one of them cannot do, none of them does.
@Suite("A group of ranks")
struct RankGroupTests {
  @Test(
    "an error of one rank is everybody's, in the words of the first that failed", arguments: [2, 3])
  func agreement(ranks: Int) {
    let outcomes = onRanks(ranks) { communicator in
      let group = RankGroup(communicator)
      return try group.agreed {
        if group.rank > 0 { throw TaggerError(.badData, "rank \(group.rank) has no data") }
        return group.rank
      }
    }
    for outcome in outcomes {
      guard case .failure(let error as TaggerError) = outcome else {
        Issue.record("no rank goes on")
        continue
      }
      #expect(error.kind == .badData)
      #expect(error.description == "rank 1 has no data")
      #expect(error.isAgreed)
    }
  }

  @Test("what succeeds on all ranks is each one's own", arguments: [1, 2, 3])
  func success(ranks: Int) throws {
    let outcomes = try onRanks(ranks) { communicator in
      try RankGroup(communicator).agreed { 10 * communicator.rank }
    }.map { try $0.get() }
    #expect(outcomes == (0..<ranks).map { 10 * $0 })
  }

  @Test("what one rank finds, all have; what all have, the first gathers", arguments: [1, 2, 3])
  func exchange(ranks: Int) throws {
    let outcomes = try onRanks(ranks) { communicator in
      let group = RankGroup(communicator)
      let shared = try group.shared(from: ranks - 1) { ["from \(group.rank)"] }
      return (shared, try group.gathered(group.rank))
    }.map { try $0.get() }
    #expect(outcomes.allSatisfy { $0.0 == ["from \(ranks - 1)"] })
    #expect(outcomes[0].1 == Array(0..<ranks))
    #expect(outcomes.dropFirst().allSatisfy { $0.1.isEmpty })
  }

  @Test(
    "a rank that fails between parts that are agreed on ends them on all ranks", arguments: [2, 3])
  func parts(ranks: Int) {
    let outcomes = onRanks(ranks) { communicator in
      let group = RankGroup(communicator)
      try group.agreed {
        for part in 0..<2 {
          try group.agreed {}
          if group.rank == 1, part == 0 { throw TaggerError(.badData, "no data") }
        }
      }
      return group.rank
    }
    for outcome in outcomes {
      #expect(throws: TaggerError.self) { try outcome.get() }
    }
  }

  @Test("a rank with other options keeps all from going on, and the option is named")
  func options() throws {
    let outcomes = onRanks(3) { communicator in
      let group = RankGroup(communicator)
      try group.checkAgreement(on: ["seed": "1"])
      try group.checkAgreement(on: ["seed": "1", "preset": group.rank == 2 ? "a21" : "seed"])
    }
    for outcome in outcomes {
      guard case .failure(let error as TaggerError) = outcome else {
        Issue.record("no rank goes on")
        continue
      }
      #expect(error.kind == .usage)
      #expect(error.description.contains("rank 2 has --preset a21, the first rank seed"))
    }
  }

  @Test("the number of ranks and of their threads is told in one line")
  func line() throws {
    let lines = try onRanks(2) { communicator in
      RankGroup(communicator).line(threads: 1 + communicator.rank)
    }.map { try $0.get() }
    #expect(lines[0] == "Ranks: 2 on 1 machine, threads of each: 1 to 2")
  }

  @Test("a rank that finds nothing keeps all from going on")
  func missing() {
    let outcomes = onRanks(2) { communicator in
      try RankGroup(communicator).shared { () -> Int in
        throw TaggerError(.inputOutput, "there is no file")
      }
    }
    for outcome in outcomes {
      #expect(throws: TaggerError.self) { try outcome.get() }
    }
  }
}
