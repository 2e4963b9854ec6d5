import Autodiff
import Layers
import Networks
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves that scores which do not belong to a batch are refused before any of them is read.
@Suite("Losses that do not fit")
struct LossRefusalTests {
  private func batch(classes: Int = 3) throws -> LabelledSites {
    let set = try siteSet(
      [[0, 0, 1, 1], [0, 2, 5, 5]], batchSize: 1, spatialSize: [3, 32, 32])
    return try LabelledSites(
      plan: Plan(set), features: [1, 2], labels: [0, UInt8(classes - 1)], classes: classes)
  }

  private func scores(rows: Int, channels: Int) throws -> SparseTensor {
    let set = try siteSet(
      (0..<rows).map { [0, 0, 0, $0] }, batchSize: 1, spatialSize: [3, 32, 32])
    return try SparseTensor(
      Tensor(rows: rows, channels: channels), plan: Plan(set), tape: Tape(.training))
  }

  @Test("by a number of rows or channels", arguments: [0, 1, 3])
  func shapes(rows: Int) throws {
    let batch = try batch()
    #expect(throws: TrainingError.labelCount(2, rows: rows)) {
      try SegmentationLoss()(scores(rows: rows, channels: 3), batch)
    }
    for channels in [0, 2, 4, 300] {
      #expect(throws: TrainingError.channels(channels, classes: 3)) {
        try SegmentationLoss(.even)(scores(rows: 2, channels: channels), batch)
      }
    }
    #expect(try SegmentationLoss()(scores(rows: 2, channels: 3), batch).value > 0)
  }

  @Test(
    "by factors that are not the classes'", arguments: [[], [1, 2], [1, 2, 3, 4], [1, 2, -3]])
  func factors(factors: [Float]) throws {
    #expect(throws: TrainingError.classWeights(factors, classes: 3)) {
      try SegmentationLoss(.perClass(factors))(scores(rows: 2, channels: 3), batch())
    }
  }

  @Test("a trainer refuses a batch of other classes than its network's", arguments: [2, 4, 256])
  func trainer(classes: Int) throws {
    let network = try smallNetwork()
    let before = network.namedParameters.map { $0.parameter.value.array.map(\.bitPattern) }
    let trainer = Trainer(
      network: network, loss: SegmentationLoss(.focal), optimizer: Adam(),
      threads: Threads(count: 2))
    let error = TrainingError.channels(3, classes: classes)
    #expect(throws: error) { try trainer.step(batch(classes: classes), learningRate: 1) }
    #expect(throws: error) { try trainer.evaluate(batch(classes: classes)) }
    #expect(network.namedParameters.map { $0.parameter.value.array.map(\.bitPattern) } == before)
    #expect(trainer.steps == 0)
  }

  @Test("errors are one sentence each")
  func sentences() {
    let errors: [TrainingError] = [
      .classes(0), .channels(2, classes: 3), .classWeights([1], classes: 3),
      .groups(1, groupCount: 1, sites: 2), .group(3, groupCount: 2),
      .predictionCount(1, sites: 2), .prediction(3, classes: 3), .otherTape,
    ]
    for error in errors {
      #expect(!error.description.contains("\n"))
      #expect(!error.description.hasSuffix("."))
    }
  }
}
