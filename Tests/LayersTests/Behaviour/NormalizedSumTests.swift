import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that a normalisation that ends in a sum is the layers it stands for, one after the other.
@Suite("Batch normalisation with a sum")
struct NormalizedSumTests {
  /// What a block makes of two branches, and the gradients that reach them.
  private struct Outcome {
    var output: [Float]
    var gradients: [[Float]]
    var running: [[Float]]
  }

  private func outcome(
    _ count: Int, _ statistics: Tape.Statistics,
    _ block: (BatchNormalization, SparseTensor, SparseTensor) throws -> SparseTensor
  ) throws -> Outcome {
    var random = SplitMix(seed: 3)
    let sites = randomSites(count, events: [0], spatialSize: [40, 40], random: &random)
    let plan = Plan(try siteSet(sites, batchSize: 1, spatialSize: [40, 40]))
    let tape = Tape(.training, statistics: statistics)
    func branch() throws -> SparseTensor {
      let values = (0..<count * 5).map { _ in Float(random.value()) }
      return try SparseTensor(
        Tensor(rows: count, channels: 5, values), plan: plan, tape: tape, needsGradient: true)
    }
    let layer = BatchNormalization(channels: 5)
    for channel in 0..<5 { layer.scale.value.values[channel] = Float(random.value()) }
    let (left, right) = (try branch(), try branch())
    let output = try block(layer, left, right).features
    let slopes = (0..<count * 5).map { _ in Float(random.value()) }
    tape.backward(from: output, gradient: Tensor(rows: count, channels: 5, slopes))
    return Outcome(
      output: output.value.array,
      gradients: [left, right].map { $0.features.gradient?.array ?? [] }
        + [layer.scale, layer.shift].map(\.gradient.array),
      running: [layer.runningMean, layer.runningVariance].map(\.value.array))
  }

  @Test(
    "outputs, gradients and running statistics", arguments: [0, 1, 300],
    [Tape.Statistics.batchUpdatingRunning, .batch, .running])
  func agreement(count: Int, statistics: Tape.Statistics) throws {
    for leak: Float in [0, 0.1, 1] {
      let fused = try outcome(count, statistics) { try $0($1, adding: $2, leak: leak) }
      let plain = try outcome(count, statistics) {
        try LeakyReLU(leak: leak)(AddTable()([$0($1), $2]))
      }
      #expect(fused.output == plain.output)
      #expect(fused.running == plain.running)
      for (ours, theirs) in zip(fused.gradients, plain.gradients) {
        #expect(
          compare(ours.map(Double.init), with: theirs.map(Double.init)).scaledError < 1e-6)
      }
    }
  }

  @Test("one value may be both branches")
  func bothBranches() throws {
    let fused = try outcome(50, .batch) { layer, left, _ in try layer(left, adding: left, leak: 0) }
    let plain = try outcome(50, .batch) { layer, left, _ in
      try ReLU()(AddTable()([layer(left), left]))
    }
    for (ours, theirs) in zip(fused.gradients, plain.gradients) {
      #expect(compare(ours.map(Double.init), with: theirs.map(Double.init)).scaledError < 1e-6)
    }
  }

  @Test("what cannot be added, or was activated before, is refused")
  func refusals() throws {
    let activated = BatchNormReLU(channels: 5)
    #expect(throws: LayerError.self) {
      try outcome(4, .batch) { try activated($1, adding: $2, leak: $0.leak) }
    }
    #expect(throws: LayerError.self) {
      try outcome(4, .batch) { try $0($1, adding: JoinTable()([$2, $2]), leak: 0) }
    }
    #expect(throws: LayerError.self) {
      try outcome(4, .batch) { try $0($1, adding: $2, leak: -1) }
    }
  }
}
