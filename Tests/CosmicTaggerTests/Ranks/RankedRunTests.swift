import Distributed
import Foundation
import Networks
import RankThreads
import Testing
import Training

@testable import CosmicTagger

/// Proves whole runs on several ranks against the run of one process.
@Suite("A run on several ranks")
struct RankedRunTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private typealias Change =
    @Sendable (inout DataConfiguration, inout UResNetConfiguration, inout TrainingConfiguration)
    -> Void

  /// Trains on simulated events of 20×32 pixels, and returns what the first rank printed.
  @discardableResult
  private func train(
    _ ranks: Int, _ iterations: Int = 4, log: String, minibatch: Int = 4,
    _ change: @escaping Change = { _, _, _ in }
  ) throws -> [String] {
    let folder = scratch.file(log)
    let lines = CapturedLog()
    let logger = lines.logger
    let outcomes = onRanks(ranks) { communicator in
      var training = TrainingConfiguration()
      training.iterations = iterations
      training.checkpointIteration = 3
      training.learningRate = 1e-2
      training.scoredEvents = 0
      training.writesSummaries = false
      training.logDirectory = folder
      training.ranks.isDistributed = true
      training.ranks.sharesStatistics = true
      var simulated = data {
        $0.downsample = 6
        $0.minibatchSize = minibatch
      }
      var network = CheckpointFolderTests.network
      change(&simulated, &network, &training)
      try TrainingRun(
        data: simulated, network: network, training: training, ranks: RankGroup(communicator),
        logger: logger
      ).run()
    }
    for outcome in outcomes { try outcome.get() }
    return lines.lines
  }

  /// The figures of all steps, row by row.
  private func figures(_ log: String) throws -> [[Double]] {
    let text = try String(
      contentsOfFile: scratch.file("\(log)/train_metrics.csv"), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").map { Double($0) ?? .nan }
    }
  }

  private func expectEqual(
    _ one: String, _ other: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (first, second) = (try figures(one), try figures(other))
    #expect(!first.isEmpty && first.count == second.count, sourceLocation: sourceLocation)
    for (left, right) in zip(first.joined(), second.joined()) {
      let isClose = left.isNaN ? right.isNaN : abs(left - right) <= 1e-3 * max(abs(left), 0.01)
      #expect(isClose, "\(left) became \(right)", sourceLocation: sourceLocation)
    }
  }

  @Test(
    "has the figures of a run of one, however events come to ranks, also unequally",
    arguments: [2, 3], RankConfiguration.Distribution.allCases)
  func equality(ranks: Int, distribution: RankConfiguration.Distribution) throws {
    let change: Change = { data, _, training in
      training.ranks.distribution = distribution
      data.augmentation.wireFlip = 0.5
      data.augmentation.chargeScale = 0.1
    }
    try train(1, log: "one", change)
    let lines = try train(ranks, log: "many", change)
    try expectEqual("one", "many")
    #expect(lines.filter { $0.hasPrefix("train Step") }.count == 4)
  }

  @Test("ranks without an event take part", arguments: TrainingConfiguration.Mode.allCases)
  func emptyShares(mode: TrainingConfiguration.Mode) throws {
    let change: Change = { _, network, training in
      training.mode = mode
      network.vertex.isActive = true
      network.vertex.depth = 1
    }
    try train(1, log: "one", minibatch: 1, change)
    try train(3, log: "three", minibatch: 1, change)
    try expectEqual("one", "three")
  }

  @Test("with statistics of each rank's own, ranks without an event do not count in running ones")
  func statistics() throws {
    let change: Change = { _, _, training in training.ranks.sharesStatistics = false }
    try train(1, 3, log: "one", minibatch: 1, change)
    try train(3, 3, log: "three", minibatch: 1, change)
    try expectEqual("one", "three")
    let networks = try ["one", "three"].map { log in
      try Checkpoint(contentsOf: scratch.file("\(log)/checkpoints/model-3.h5")).parameters
    }
    for (one, three) in zip(networks[0], networks[1]) where one.name.contains("running") {
      for (left, right) in zip(one.values, three.values) {
        #expect(abs(left - right) <= 1e-3 * max(abs(left), 0.01), "\(one.name)")
      }
    }
  }

  @Test("of several batches a step, and of networks with heads too")
  func heads() throws {
    let change: Change = { _, network, training in
      training.accumulation = 2
      network.classification.isActive = true
      network.vertex.isActive = true
      network.vertex.depth = 1
    }
    try train(1, 3, log: "one", minibatch: 3, change)
    try train(2, 3, log: "two", minibatch: 3, change)
    try expectEqual("one", "two")
    try train(2, 2, log: "three", minibatch: 1, change)
  }

  @Test(
    "gives the same bits each time, and when it was stopped in between", arguments: [false, true])
  func sameBits(sharesStatistics: Bool) throws {
    let change: Change = { _, _, training in training.ranks.sharesStatistics = sharesStatistics }
    try train(2, 7, log: "one", change)
    try train(2, 4, log: "two", change)
    let lines = try train(2, 7, log: "two", change)
    #expect(lines.contains("Going on after step 4"))
    for file in ["train_metrics.csv", "checkpoints/model-7.h5"] {
      let bytes = ["one", "two"].map {
        FileManager.default.contents(atPath: scratch.file("\($0)/\(file)"))
      }
      #expect(bytes[0] != nil && bytes[0] == bytes[1], "\(file)")
    }
  }

  @Test("goes on with another number of ranks, and says so")
  func otherRanks() throws {
    try train(1, 6, log: "one")
    try train(3, 3, log: "two")
    let lines = try train(2, 6, log: "two")
    try expectEqual("one", "two")
    #expect(lines.contains { $0.contains("was made by 3 ranks, here there are 2") })
  }

  @Test("ends on all ranks by one sentence where the first cannot begin")
  func folder() throws {
    #expect(throws: TaggerError.self) {
      try train(2, log: "x") { _, _, training in
        training.logDirectory = "/proc/no/folder"
      }
    }
  }

  @Test("a step whose loss is not finite is left out by all")
  func skipped() throws {
    let lines = try train(2, 3, log: "one") { _, _, training in
      training.learningRate = 1e30
      training.nonFinite = .skip
    }
    #expect(lines.contains { $0.hasSuffix("the step is left out") })
  }

  @Test("tells where the time of each rank went")
  func profile() throws {
    try train(2, 3, log: "one") { _, _, training in training.profiles = true }
    let table = try String(
      contentsOfFile: scratch.file("one/profiles/ranks.csv"), encoding: .utf8)
    #expect(table.split(separator: "\n").count == 1 + 3 * 2)
    #expect(
      FileManager.default.fileExists(
        atPath: scratch.file("one/profiles/profiling_info_rank_1.npy")))
  }
}
