import Autodiff
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves whole training steps: they learn, they repeat to the bit, and a bad batch harms nothing.
@Suite("Trainer")
struct TrainerTests {
  private func trainer(
    _ network: UResNet<SparseConvolutions>, threads: Int = 2, optimizer: OptimizerKind = .adam
  ) -> Trainer {
    Trainer(
      network: network, loss: SegmentationLoss(.even), optimizer: optimizer.make(),
      threads: Threads(count: threads))
  }

  /// Sites whose label follows from the charge around them.
  private func batch(_ count: Int, charge: Float? = nil, seed: UInt64 = 8) throws -> LabelledSites {
    var random = SplitMix(seed: seed)
    let size = [3, 32, 32]
    let sites = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
    let set = try siteSet(sites, batchSize: 4, spatialSize: size)
    let labels = sites.map { UInt8($0[3] * 3 / 32) }
    let features = labels.map { charge ?? (Float($0) - 1 + 0.3 * Float(random.value())) }
    return try LabelledSites(
      plan: Plan(set), features: features, labels: labels, classes: 3,
      groups: sites.map { Int32($0[1]) }, groupCount: 3)
  }

  private func bits(_ network: UResNet<SparseConvolutions>) -> [[UInt32]] {
    network.namedParameters.map { $0.parameter.value.array.map(\.bitPattern) }
  }

  @Test("a toy problem is learned", arguments: [OptimizerKind.adam, .rmsprop])
  func learns(optimizer: OptimizerKind) throws {
    let trainer = trainer(try smallNetwork(), optimizer: optimizer)
    let batch = try batch(400)
    let first = try trainer.step(batch, learningRate: 3e-3)
    var last = first
    for _ in 0..<120 { last = try trainer.step(batch, learningRate: 3e-3) }
    #expect(last.step.loss < 0.2 * first.step.loss, "\(first.step.loss) became \(last.step.loss)")
    let images = last.confusions.flatMap { $0 }
    #expect(images.reduce(0) { $0 + $1.total } == batch.count)
    #expect(images.reduce(0) { $0 + $1.correct } > batch.count * 9 / 10)
    let evaluation = try trainer.evaluate(batch, statistics: .batch)
    #expect(evaluation.loss < 0.2 * first.step.loss)
    #expect(evaluation.predictions.count == batch.count)
  }

  @Test("steps have the same bits on one and two threads, and when repeated")
  func sameBits() throws {
    let batch = try batch(1500)
    let runs = try [1, 2, 2].map { threads in
      let network = try smallNetwork()
      let trainer = trainer(network, threads: threads)
      let losses = try (0..<3).map { _ in
        try trainer.step(batch, learningRate: 1e-3).step.loss.bitPattern
      }
      return (losses, bits(network))
    }
    #expect(runs[0].0 == runs[1].0)
    #expect(runs[0].1 == runs[1].1)
    #expect(runs[1].0 == runs[2].0)
    #expect(runs[1].1 == runs[2].1)
  }

  @Test(
    "a loss that is not finite is refused, and nothing has changed",
    arguments: [Float.nan, .infinity])
  func notFinite(charge: Float) throws {
    let network = try smallNetwork()
    let trainer = trainer(network)
    _ = try trainer.step(batch(100), learningRate: 1e-3)
    let before = bits(network)
    #expect(throws: TrainingError.self) {
      try trainer.step(batch(100, charge: charge), learningRate: 1e-3)
    }
    // Running statistics too: a network spoilt in evaluation is spoilt.
    #expect(bits(network) == before)
    #expect(try trainer.step(batch(100), learningRate: 1e-3).step.loss.isFinite)
  }

  @Test("an evaluation changes nothing", arguments: EvaluationStatistics.allCases)
  func evaluation(statistics: EvaluationStatistics) throws {
    let network = try smallNetwork()
    let trainer = trainer(network)
    let before = bits(network)
    let batch = try batch(100)
    let first = try trainer.evaluate(batch, statistics: statistics)
    let second = try trainer.evaluate(batch, statistics: statistics)
    #expect(first.loss == second.loss)
    #expect(first.predictions == second.predictions)
    #expect(bits(network) == before)
  }

  @Test("a batch without sites, or with one, is a step like any other", arguments: [0, 1])
  func fewSites(count: Int) throws {
    let network = try smallNetwork()
    let trainer = trainer(network)
    let result = try trainer.step(batch(count), learningRate: 1e-3)
    #expect(result.step.loss.isFinite)
    #expect(result.confusions.count == 4)
    #expect(result.confusions.flatMap { $0 }.reduce(0) { $0 + $1.total } == count)
    #expect(try trainer.evaluate(batch(count)).predictions.count == count)
    for (name, parameter) in network.namedParameters {
      #expect(parameter.value.array.allSatisfy { $0.isFinite }, "\(name)")
    }
  }

  @Test("a batch that does not fit is refused")
  func doesNotFit() throws {
    let network = try smallNetwork()
    let set = try siteSet([[0, 0, 1, 1]], batchSize: 1, spatialSize: [3, 30, 32])
    let before = bits(network)
    #expect(throws: SiteError.self) {
      try trainer(network).step(
        try LabelledSites(plan: Plan(set), features: [1], labels: [0], classes: 3),
        learningRate: 1e-3)
    }
    #expect(bits(network) == before)
  }
}
