import Autodiff
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves that the number of threads changes no bit of what a network computes or learns.
@Suite("Thread counts")
struct ThreadCountTests {
  private static let size = [3, 64, 64]

  private func batch(_ count: Int, seed: UInt64) throws -> LabelledSites {
    var random = SplitMix(seed: seed)
    let sites = randomSites(count, events: [0, 2, 3], spatialSize: Self.size, random: &random)
    let set = try siteSet(sites, batchSize: 4, spatialSize: Self.size)
    return try LabelledSites(
      plan: Plan(set), features: sites.map { _ in Float(random.value()) },
      labels: sites.map { UInt8($0[3] * 3 / 64) }, classes: 3,
      groups: sites.map { Int32($0[1]) }, groupCount: 3)
  }

  /// Everything that training shows, bit for bit.
  private struct Trace: Equatable {
    var output: [UInt32] = []
    var gradients: [[UInt32]] = []
    var losses: [UInt64] = []
    var parameters: [[UInt32]] = []
    var predictions: [UInt8] = []
  }

  private func trace(threads: Int, isResidual: Bool) throws -> Trace {
    let pool = Threads(count: threads)
    let network = try smallNetwork(isResidual: isResidual)
    var trace = Trace()
    let batches = try [900, 0, 2500, 1].enumerated().map { try batch($1, seed: UInt64($0)) }

    let first = batches[2]
    let tape = Tape(.training, compute: Compute(threads: pool, arena: Arena()))
    let features = Tensor(rows: first.count, channels: first.channels, first.features)
    let output = try network(SparseTensor(features, plan: first.plan, tape: tape)).features
    trace.output = output.value.array.map(\.bitPattern)
    let gradient = output.value.array.map { 0.5 - $0 }
    tape.backward(
      from: output, gradient: Tensor(rows: output.rows, channels: output.channels, gradient))
    trace.gradients = network.trainedParameters.map { $0.gradient.array.map(\.bitPattern) }

    let trainer = Trainer(
      network: network, loss: SegmentationLoss(.even), optimizer: OptimizerKind.adam.make(),
      threads: pool)
    for step in 0..<10 {
      let result = try trainer.step(batches[step % batches.count], learningRate: 1e-3)
      trace.losses.append(result.step.loss.bitPattern)
    }
    trace.parameters = network.namedParameters.map { $0.parameter.value.array.map(\.bitPattern) }
    trace.predictions = try trainer.evaluate(batches[2]).predictions
    return trace
  }

  @Test(
    "forward, backward and ten steps have the same bits on 1, 2 and 8 threads",
    arguments: [false, true])
  func sameBits(isResidual: Bool) throws {
    let expected = try trace(threads: 1, isResidual: isResidual)
    #expect(expected.output.count == 2500 * 3)
    #expect(expected.gradients.joined().contains { $0 != 0 })
    for threads in [2, 8] {
      let found = try trace(threads: threads, isResidual: isResidual)
      #expect(found.output == expected.output, "\(threads) threads")
      #expect(found.gradients == expected.gradients, "\(threads) threads")
      #expect(found.losses == expected.losses, "\(threads) threads")
      #expect(found.parameters == expected.parameters, "\(threads) threads")
      #expect(found.predictions == expected.predictions, "\(threads) threads")
    }
  }
}
