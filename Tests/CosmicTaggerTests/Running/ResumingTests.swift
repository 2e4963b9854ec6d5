import Files
import Foundation
import LArTPCSimulation
import Networks
import Testing
import Training

@testable import CosmicTagger

/// Proves that a run which was stopped goes on to the same bits as one that was not.
@Suite("Going on with a run")
struct ResumingTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  /// Trains on simulated events of 20×32 pixels, and returns what was printed.
  @discardableResult
  private func train(
    _ iterations: Int, log: String, network: UResNetConfiguration = CheckpointFolderTests.network,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> [String] {
    var training = TrainingConfiguration()
    training.iterations = iterations
    training.checkpointIteration = 3
    training.learningRate = 1e-2
    training.schedule.kind = .flat
    training.scoredEvents = 0
    training.writesSummaries = false
    training.threads = 2
    training.logDirectory = scratch.file(log)
    change(&training)
    let simulated = data {
      $0.downsample = 6
      $0.minibatchSize = 1
    }
    let lines = CapturedLog()
    try TrainingRun(
      data: simulated, network: network, training: training,
      logger: lines.logger
    ).run()
    return lines.lines
  }

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: scratch.file(name))
  }

  private func expectSame(
    _ one: String, _ other: String, step: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for file in ["train_metrics.csv", "checkpoints/model-\(step).h5"] {
      let (first, second) = (bytes("\(one)/\(file)"), bytes("\(other)/\(file)"))
      #expect(first != nil && first == second, "\(file)", sourceLocation: sourceLocation)
    }
  }

  @Test(
    "in every mode and with every optimizer, the files have the same bytes",
    arguments: TrainingConfiguration.Mode.allCases, OptimizerKind.allCases)
  func sameBytes(mode: TrainingConfiguration.Mode, optimizer: OptimizerKind) throws {
    // All kinds of optimizers in the cheap mode, two in the others.
    guard mode == .sparse || [.adam, .lamb].contains(optimizer) else { return }
    let change: (inout TrainingConfiguration) -> Void = {
      $0.mode = mode
      $0.optimizer = optimizer
      $0.accumulation = 2
      $0.clippingNorm = 3
    }
    try train(7, log: "one", change)
    try train(4, log: "two", change)
    let lines = try train(7, log: "two") {
      change(&$0)
      $0.threads = 1
    }
    #expect(lines.contains("Going on after step 4"))
    try expectSame("one", "two", step: 7)
  }

  @Test("the newest is cut, corrupt or absent: the one before is used, and said to be")
  func damagedNewest() throws {
    try train(7, log: "one")
    for damage in [Data(), Data("text".utf8), nil] {
      try? FileManager.default.removeItem(atPath: scratch.file("two"))
      try train(4, log: "two")
      let newest = scratch.file("two/checkpoints/model-4.h5")
      try FileManager.default.removeItem(atPath: newest)
      if let damage { try damage.write(to: URL(fileURLWithPath: newest)) }
      let lines = try train(7, log: "two")
      #expect(lines.contains("Going on after step 3"))
      #expect(
        lines.contains {
          $0.hasPrefix(newest) && $0.hasSuffix(": going on from the one before, model-3.h5")
        })
      try expectSame("one", "two", step: 7)
    }
    for step in [3, 6, 7] {
      try Data("text".utf8).write(
        to: URL(fileURLWithPath: scratch.file("two/checkpoints/model-\(step).h5")))
    }
    let error = #expect(throws: TaggerError.self) { try train(8, log: "two") }
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix("none of the checkpoints of ") == true)
  }

  @Test("a run that is complete takes no step, and one that is given more goes on")
  func complete() throws {
    try train(2, log: "log")
    let again = try train(2, log: "log")
    #expect(
      again.contains(
        "Going on after step 2: all 2 steps are taken, -i counts those of the whole run"))
    #expect(!again.contains { $0.hasPrefix("train Step") })
    let more = try train(3, log: "log")
    #expect(more.filter { $0.hasPrefix("train Step") }.count == 1)
    #expect(more.contains { $0.hasPrefix("train Step 2 ") })
  }

  @Test("given weights begin a run, go on with it, and do not mix with another's")
  func weights() throws {
    try train(1, log: "first")
    let file = scratch.file("first/checkpoints/model-1.h5")
    try train(1, log: "log") { $0.weights = file }
    let lines = try train(2, log: "log") { $0.weights = file }
    #expect(lines.contains("Going on after step 1"))
    let other = #expect(throws: TaggerError.self) {
      try train(2, log: "first") { $0.weights = scratch.file("log") }
    }
    #expect(other?.kind == .usage)
    #expect(
      other?.description
        == "\(scratch.file("first/checkpoints")) holds a run that did not begin from "
        + "\(scratch.file("log")), and is at \(file): choose another --log-directory to begin from there, or leave "
        + "--weights out to go on")
  }

  @Test("without its index a folder is gone through by names, and a run goes on")
  func lostIndex() throws {
    try train(7, log: "one")
    try train(4, log: "two")
    for damage in [nil, Data([0xFF, 0xFE, 0])] {
      try? FileManager.default.removeItem(atPath: scratch.file("two/checkpoints/checkpoint"))
      if let damage {
        try damage.write(to: URL(fileURLWithPath: scratch.file("two/checkpoints/checkpoint")))
      }
      let lines = try train(4, log: "two")
      #expect(lines.contains { $0.hasSuffix("going by the names of the checkpoints") })
      #expect(lines.contains { $0.hasPrefix("Going on after step 4") })
    }
    try train(7, log: "two")
    try expectSame("one", "two", step: 7)
  }

  @Test("where telling a step fails once, it is taken again and told")
  func oneFault() throws {
    try train(4, log: "whole")
    for operation in stride(from: 4, to: 40, by: 3) {
      WriteFaults.$current.withValue(WriteFaults(from: operation, lasts: false)) {
        _ = try? train(4, log: "log")
      }
      try train(4, log: "log")
      try expectSame("whole", "log", step: 4)
      try FileManager.default.removeItem(atPath: scratch.file("log"))
    }
  }

  @Test("a run that goes on otherwise than it began says so")
  func otherSettings() throws {
    try train(1, log: "log")
    let lines = try train(2, log: "log") {
      $0.accumulation = 3
      $0.learningRate = 1e-3
    }
    let said = lines.filter { $0.hasSuffix("what follows is not what one run gives") }
    #expect(said.count == 2)
    #expect(said.first?.contains("was made with gradient-accumulation 1, here it is 3") == true)
    // Batch 1 was read; step 1 reads three more.
    let state = try Checkpoint(contentsOf: scratch.file("log/checkpoints/model-2.h5")).state
    #expect(state["batches-read"] == "4")
  }

  @Test("a table that a new run finds is kept beside its own")
  func oldTables() throws {
    try train(2, log: "log") { $0.checkpointDirectory = scratch.file("elsewhere") }
    let old = bytes("log/train_metrics.csv")
    try train(1, log: "log") { $0.seed = 3 }
    #expect(bytes("log/train_metrics.csv.old") == old)
    #expect(bytes("log/train_metrics.csv") != old)
  }

  @Test(
    "the best by neutrino overlap of validation is kept beyond its turn, by one pass or batches")
  func best() throws {
    try SimulationRun(
      output: scratch.file("aux.h5"), eventCount: 3, seed: 7,
      configuration: LArTPCSimulation.Configuration(), logger: CapturedLog().logger
    ).run()
    for validatesAll in [true, false] {
      let log = "log-\(validatesAll)"
      func validate(_ training: inout TrainingConfiguration) {
        training.auxiliaryFile = scratch.file("aux.h5")
        training.auxiliaryIteration = 1
        training.validatesAll = validatesAll
        training.checkpointIteration = 1
      }
      let lines = try train(8, log: log, validate)
      let best = try Checkpoint(contentsOf: scratch.file("\(log)/checkpoints/best.h5"))
      let newest = try Checkpoint(contentsOf: scratch.file("\(log)/checkpoints/model-8.h5"))
      #expect(newest.state["best-step"] == "\(best.step)")
      #expect(
        lines.last { $0.hasPrefix("Best so far: step ") }?.contains("step \(best.step),") == true)
      let table = try String(
        contentsOfFile: scratch.file(
          "\(log)/\(validatesAll ? "validation" : "test")_metrics.csv"), encoding: .utf8)
      let rows = table.split(separator: "\n").map { $0.split(separator: ",") }
      let column = try #require(rows[0].firstIndex(of: "Average/Neutrino_IoU"))
      let overlaps = rows.dropFirst().map { Double($0[column]) ?? .nan }
      #expect(overlaps.count == 8)
      // Of equal ones the first is kept.
      #expect(overlaps.max() == overlaps[best.step - 1])
      // A run that was stopped keeps the same.
      try train(3, log: "stopped-\(validatesAll)", validate)
      try train(8, log: "stopped-\(validatesAll)", validate)
      #expect(
        bytes("stopped-\(validatesAll)/checkpoints/best.h5") == bytes("\(log)/checkpoints/best.h5"))
    }
  }

  @Test("a run with another optimizer than its checkpoint's is refused by the flag to change")
  func otherOptimizer() throws {
    try train(1, log: "log")
    let error = #expect(throws: TaggerError.self) {
      try train(2, log: "log") { $0.optimizer = .adagrad }
    }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("give --optimizer adam") == true)
  }

  @Test("a loss that is not finite ends the run with network and events kept, or is left out")
  func notFinite() throws {
    let wild: (inout TrainingConfiguration) -> Void = {
      $0.optimizer = .sgd
      $0.learningRate = 1e30
    }
    let error = #expect(throws: TaggerError.self) { try train(9, log: "log", wild) }
    #expect(error?.kind == .badData)
    let found = try #require(error?.description)
    let match = try #require(
      found.firstMatch(
        of: /^step (\d+), events (\d+): .*; the events are in (.*), the network before/),
      "\(found)")
    let step = try #require(Int(match.1))
    #expect(bytes("log/checkpoints/model-\(step).h5") != nil)
    #expect(try FileEventSource([String(match.3)], DataConfiguration()).eventCount == 1)
    let lines = try train(9, log: "other") {
      wild(&$0)
      $0.nonFinite = .skip
    }
    #expect(lines.contains { $0.hasSuffix("the step is left out") })
    #expect(lines.contains { $0.hasPrefix("train Step 8 metrics: loss: nan") })
  }

  @Test("a step that is left out has the columns of the heads too")
  func notFiniteWithHeads() throws {
    var headed = CheckpointFolderTests.network
    headed.classification.isActive = true
    headed.classification.filters = 4
    headed.classification.blocks = 1
    let lines = try train(6, log: "log", network: headed) {
      $0.optimizer = .sgd
      $0.learningRate = 1e30
      $0.nonFinite = .skip
    }
    #expect(lines.contains { $0.hasSuffix("the step is left out") })
    let table = try #require(bytes("log/train_metrics.csv")).split(separator: UInt8(ascii: "\n"))
    #expect(table.count == 7)
    #expect(String(decoding: table[0], as: UTF8.self).contains(",Average/EventLabel,"))
    #expect(Set(table.map { $0.count { $0 == UInt8(ascii: ",") } }).count == 1)
  }

  @Test("on a disk that fails at any operation, the run ends or completes, and goes on from there")
  func faults() throws {
    try train(2, log: "whole") { $0.checkpointIteration = 1 }
    var operation = 0
    var faults: WriteFaults
    repeat {
      let log = "log-\(operation)"
      faults = WriteFaults(from: operation)
      WriteFaults.$current.withValue(faults) {
        do {
          try train(2, log: log) { $0.checkpointIteration = 1 }
        } catch let error as TaggerError {
          #expect(error.kind == .inputOutput, "operation \(operation): \(error)")
        } catch {
          Issue.record("operation \(operation): \(error)")
        }
      }
      try train(2, log: log) { $0.checkpointIteration = 1 }
      try expectSame("whole", log, step: 2)
      try FileManager.default.removeItem(atPath: scratch.file(log))
      // Arrays are alike: every operation at first, then some.
      operation += operation < 24 ? 1 : 17
    } while faults.wasReached
    #expect(operation > 100)
  }
}
