import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves that what training leaves to chance follows from the trainer's seed and step alone.
@Suite("Seeds of training")
struct TrainerSeedTests {
  private func batch(charge: Float = 1) throws -> LabelledSites {
    var random = SplitMix(seed: 4)
    let sites = randomSites(300, events: [0, 1], spatialSize: [3, 24, 24], random: &random)
    let set = try siteSet(sites, batchSize: 2, spatialSize: [3, 24, 24])
    return try LabelledSites(
      plan: Plan(set), features: sites.map { Float($0[3]) * charge },
      labels: sites.map { UInt8($0[3] / 8) }, classes: 3)
  }

  private func trainer(seed: UInt64, threads: Int = 2) -> Trainer {
    var random = RandomStream(seed: 1, for: .weights)
    let network = Sequential<SparseTensor>([
      ("first", NetworkInNetwork(inputChannels: 1, outputChannels: 16, random: &random)),
      (
        "block",
        Recomputed(
          Sequential([
            ("normalization", BatchNormReLU(channels: 16)), ("dropout", Dropout(probability: 0.4)),
          ]))
      ),
      ("classifier", NetworkInNetwork(inputChannels: 16, outputChannels: 3, random: &random)),
    ])
    return Trainer(
      network: network, loss: SegmentationLoss(.even), optimizer: OptimizerKind.adam.make(),
      threads: Threads(count: threads), seed: seed)
  }

  private func losses(_ trainer: Trainer, _ rates: [Double] = [1e-3, 1e-3, 1e-3]) throws -> [Double]
  {
    try rates.map { try trainer.step(batch(), learningRate: $0).step.loss }
  }

  @Test("the same seed repeats a run to the bit at any thread count; another seed does not")
  func repeats() throws {
    let first = try losses(trainer(seed: 7))
    #expect(try losses(trainer(seed: 7, threads: 1)) == first)
    #expect(try losses(trainer(seed: 7, threads: 8)) == first)
    let other = try losses(trainer(seed: 8))
    #expect(zip(first, other).allSatisfy { $0 != $1 })
  }

  @Test("every step draws masks of its own, and a refused step is none")
  func steps() throws {
    // Without learning only the masks differ from step to step.
    let still = try losses(trainer(seed: 7), [0, 0, 0])
    #expect(Set(still).count == 3)
    let interrupted = trainer(seed: 7)
    #expect(throws: TrainingError.self) {
      try interrupted.step(batch(charge: .nan), learningRate: 0)
    }
    #expect(interrupted.steps == 0)
    #expect(try losses(interrupted, [0, 0, 0]) == still)
    #expect(interrupted.steps == 3)
  }
}
