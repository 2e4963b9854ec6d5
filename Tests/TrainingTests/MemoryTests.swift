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

  /// An arena that a step fits into at once, and one that has to grow many times.
  @Test(
    "a thousand steps of any size take no more memory than the largest one did",
    arguments: [Arena.standardChunkBytes, 1 << 16])
  func arena(chunkBytes: Int) throws {
    let trainer = Trainer(
      network: try smallNetwork(), loss: SegmentationLoss(.even),
      optimizer: OptimizerKind.adam.make(), threads: Threads(count: 2),
      arenaChunkBytes: chunkBytes)
    var random = SplitMix(seed: 17)
    func step(_ count: Int) throws {
      let batch = try batch(count, random: &random)
      _ = try trainer.step(batch, learningRate: 1e-4)
    }
    for count in [0, 1, 20, Self.largest / 2, Self.largest] { try step(count) }
    let growth = trainer.systemAllocations
    #expect(chunkBytes > trainer.highWaterBytes ? growth == 1 : growth > 10)
    // What a step grew into is joined to one piece when the next begins.
    try step(0)
    let warm = (trainer.highWaterBytes, trainer.heldBytes, trainer.systemAllocations)
    var sizes = (0..<1000).map { _ in
      // Coarse levels of scattered sites vary by chance: stay clear of the largest.
      Int.random(in: 0...Self.largest * 3 / 4, using: &random)
    }
    for empty in [0, 1, 500, 999] { sizes[empty] = 0 }
    for count in sizes {
      try step(count)
      #expect(trainer.highWaterBytes == warm.0)
      #expect(trainer.heldBytes == warm.1)
      #expect(trainer.systemAllocations == warm.2)
    }
    #expect(trainer.heldBytes <= max(trainer.highWaterBytes * 5 / 4, chunkBytes))
  }
}
