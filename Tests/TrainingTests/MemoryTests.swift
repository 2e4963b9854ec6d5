import Reference
import Sites
import Tensors
import Testing
import Training

/// Proves that training takes no more memory than its largest step, however long it runs.
@Suite("Memory")
struct MemoryTests {
  private static let size = [3, 64, 64]
  private static let largest = 600

  private func batch(_ count: Int, random: inout SplitMix) throws -> LabelledSites {
    let packing = try SitePacking(batchSize: 2, spatialSize: Self.size)
    var keys = Set<UInt64>()
    while keys.count < count {
      let place = Self.size.map { Int.random(in: 0..<$0, using: &random) }
      keys.insert(try packing.key(event: Int.random(in: 0..<2, using: &random), place))
    }
    let set = try SiteSet(packing: packing, sortedKeys: keys.sorted())
    return try LabelledSites(
      plan: Plan(set), features: keys.map { _ in Float(random.value()) },
      labels: (0..<count).map { UInt8($0 % 3) }, classes: 3)
  }

  @Test("a thousand steps of any size take no more memory than the largest one did")
  func arena() throws {
    let trainer = Trainer(
      network: try smallNetwork(), loss: SegmentationLoss(.even),
      optimizer: OptimizerKind.adam.make(), classes: 3, threads: Threads(count: 2))
    var random = SplitMix(seed: 17)
    for count in [0, Self.largest, 1] {
      _ = try trainer.step(batch(count, random: &random), learningRate: 1e-3)
    }
    _ = try trainer.step(batch(0, random: &random), learningRate: 1e-3)
    let warm = (trainer.highWaterBytes, trainer.heldBytes, trainer.systemAllocations)
    for _ in 0..<1000 {
      // Coarse levels of scattered sites vary by chance: stay clear of the largest.
      let count = Int.random(in: 0...Self.largest * 3 / 4, using: &random)
      _ = try trainer.step(batch(count, random: &random), learningRate: 1e-4)
    }
    #expect(trainer.highWaterBytes == warm.0)
    #expect(trainer.heldBytes == warm.1)
    #expect(trainer.systemAllocations == warm.2)
    #expect(trainer.heldBytes <= max(trainer.highWaterBytes * 5 / 4, 32 << 20))
  }
}
