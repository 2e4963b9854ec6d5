import Distributed
import Networks
import RankThreads
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves that ranks with a part of each batch learn what one process learns from the whole.
@Suite("SharedTraining")
struct SharedTrainingTests {
  private static let size = [3, 32, 32]

  /// The sites of some events out of many, numbered anew, with labels that follow from them.
  private static func batch(_ events: [Int], charge: Float? = nil) throws -> LabelledSites {
    var sites: [[Int]] = []
    var values: [Float] = []
    for (number, event) in events.enumerated() {
      // Events of very different sizes, one without any site.
      var random = SplitMix(seed: UInt64(event))
      let count = event % 4 == 3 ? 0 : 60 + 150 * (event % 3)
      for site in randomSites(count, events: [0], spatialSize: size, random: &random) {
        sites.append([number] + site.dropFirst())
        values.append(charge ?? Float(site[3] * 3 / 32) - 1 + 0.3 * Float(random.value()))
      }
    }
    return try LabelledSites(
      plan: Plan(siteSet(sites, batchSize: events.count, spatialSize: size)), features: values,
      labels: sites.map { UInt8($0[3] * 3 / 32) }, classes: 3, groups: sites.map { Int32($0[1]) },
      groupCount: 3)
  }

  /// What a run left: losses of its steps, and the bits of its network.
  private struct Run: Sendable, Equatable {
    var losses: [Double] = []
    var values: [[Float]] = []

    /// The largest difference of two networks, in parts of the largest change that training made.
    func distance(to other: Run, from start: Run) -> Double {
      var (largest, change) = (0.0, 0.0)
      for ((one, two), first) in zip(zip(values, other.values), start.values) {
        for ((one, two), first) in zip(zip(one, two), first) {
          largest = max(largest, abs(Double(one) - Double(two)))
          change = max(change, abs(Double(one) - Double(first)))
        }
      }
      return largest / change
    }
  }

  private static func train(
    _ weighting: SegmentationLoss.Weighting = .none, steps: [[[Int]]], shared: SharedTraining?,
    optimizer: OptimizerKind = .sgd, rate: Double = 0.05
  ) throws -> Run {
    // Without activations: where rounding takes a value across zero, a gradient changes by a site's worth.
    let network = try smallNetwork(leak: 1)
    let trainer = Trainer(
      network: network, loss: SegmentationLoss(weighting), optimizer: optimizer.make(),
      threads: Threads(count: 1), shared: shared)
    var run = Run()
    for parts in steps {
      let batches = try parts.map { try batch($0) }
      let step = try trainer.step(batches, learningRate: rate) { _, input in
        Trainer.Said(scores: try network(input))
      }
      run.losses.append(step.step.loss)
    }
    run.values = network.namedParameters.map(\.parameter.value.array)
    return run
  }

  /// Runs of all ranks, each with its share of every batch.
  private static func runs(
    _ ranks: Int, _ weighting: SegmentationLoss.Weighting = .none, steps: [[[Int]]],
    sharesStatistics: Bool = true, gradientPrecision: Precision = .float32
  ) throws -> [Run] {
    try onRanks(ranks) { communicator in
      let own = steps.map { parts in
        parts.map { events in
          // Unequal shares.
          events.indices.filter { min($0, ranks - 1) == communicator.rank }.map { events[$0] }
        }.map { $0.isEmpty ? [3] : $0 }
      }
      return try train(
        weighting, steps: own,
        shared: SharedTraining(
          over: communicator, sharesStatistics: sharesStatistics,
          gradientPrecision: gradientPrecision))
    }.map { try $0.get() }
  }

  private static let steps = [[[0, 1, 2, 4]], [[5, 3, 6, 8]], [[9, 10, 12, 13]]]

  @Test(
    "ranks learn what one learns, with statistics of all of them",
    arguments: [
      SegmentationLoss.Weighting.none, .perClass([1, 1.5, 10]), .even, .focal,
    ], [2, 3])
  func equality(weighting: SegmentationLoss.Weighting, ranks: Int) throws {
    let start = try Self.train(steps: [], shared: nil)
    let one = try Self.train(weighting, steps: Self.steps, shared: nil)
    let runs = try Self.runs(ranks, weighting, steps: Self.steps)
    #expect(runs.allSatisfy { $0 == runs[0] })
    for (found, expected) in zip(runs[0].losses, one.losses) {
      #expect(abs(found - expected) < 2e-6 * expected)
    }
    #expect(one.distance(to: runs[0], from: start) < 2e-5)
  }

  @Test("gradients of several batches are added before they are shared")
  func accumulation() throws {
    let steps = [[[0, 1], [2, 4]], [[5, 6], [8, 3]]]
    let start = try Self.train(steps: [], shared: nil)
    let one = try Self.train(steps: steps, shared: nil)
    let runs = try Self.runs(2, steps: steps)
    #expect(runs[0] == runs[1])
    #expect(one.distance(to: runs[0], from: start) < 2e-5)
  }

  @Test("every run gives the same bits, and every rank", arguments: [false, true])
  func repetition(sharesStatistics: Bool) throws {
    let first = try Self.runs(3, steps: Self.steps, sharesStatistics: sharesStatistics)
    let second = try Self.runs(3, steps: Self.steps, sharesStatistics: sharesStatistics)
    #expect(first == second)
    #expect(first.allSatisfy { $0 == first[0] })
  }

  @Test("gradients in bfloat16 lead nearly there, to the same place on all ranks")
  func compression() throws {
    let start = try Self.train(steps: [], shared: nil)
    let exact = try Self.runs(2, steps: Self.steps)
    let halves = try Self.runs(2, steps: Self.steps, gradientPrecision: .bfloat16)
    #expect(halves[0] == halves[1])
    let distance = exact[0].distance(to: halves[0], from: start)
    #expect(distance > 0 && distance < 0.02)
  }

  @Test("a rank without any site takes part", arguments: [false, true])
  func emptyRank(sharesStatistics: Bool) throws {
    let runs = try Self.runs(3, steps: [[[0, 1]], [[2, 4]]], sharesStatistics: sharesStatistics)
    #expect(runs.allSatisfy { $0 == runs[0] })
    #expect(runs[0].losses.allSatisfy { $0 > 0 && $0.isFinite })
    // Without sites in one step, with them in the next.
    let steps = [[[0, 3]], [[3, 1]], [[2, 4]], [[3, 3]], [[5, 6]]]
    let now = try Self.runs(2, steps: steps, sharesStatistics: sharesStatistics)
    #expect(now[0] == now[1])
    if sharesStatistics {
      let one = try Self.train(steps: steps, shared: nil)
      for (found, expected) in zip(now[0].losses, one.losses) {
        #expect(abs(found - expected) <= 1e-5 * expected)
      }
    }
    let nothing = try Self.runs(2, steps: [[[3, 3]]], sharesStatistics: sharesStatistics)
    #expect(nothing[0].losses == [0])
  }

  @Test("a loss that is not finite on one rank is refused on all, and training goes on")
  func notFinite() throws {
    let outcomes = try onRanks(2) { communicator in
      let network = try smallNetwork()
      let trainer = Trainer(
        network: network, loss: SegmentationLoss(), optimizer: OptimizerKind.adam.make(),
        threads: Threads(count: 1), shared: SharedTraining(over: communicator))
      let good = try Self.batch([communicator.rank])
      _ = try trainer.step(good, learningRate: 1e-3)
      let before = network.namedParameters.map(\.parameter.value.array)
      let bad = try communicator.rank == 1 ? Self.batch([2], charge: .nan) : good
      var refusal: TrainingError?
      do {
        _ = try trainer.step(bad, learningRate: 1e-3)
      } catch let error as TrainingError {
        refusal = error
      }
      #expect(network.namedParameters.map(\.parameter.value.array) == before)
      return (refusal != nil, try trainer.step(good, learningRate: 1e-3).step.loss)
    }.map { try $0.get() }
    #expect(outcomes.allSatisfy { $0.0 })
    #expect(outcomes[0].1 == outcomes[1].1)
    #expect(outcomes[0].1.isFinite)
  }
}
