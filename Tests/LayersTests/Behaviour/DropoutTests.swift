import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves dropout: the masks' statistics, their repeatability, and that gradients see the same mask.
@Suite("Dropout")
struct DropoutTests {
  private static let channels = 16

  private static func plan(_ count: Int = 400) throws -> Plan {
    var random = SplitMix(seed: 3)
    let sites = randomSites(count, events: [0, 2], spatialSize: [40, 40], random: &random)
    return Plan(try siteSet(sites, batchSize: 4, spatialSize: [40, 40]))
  }

  /// One pass of layers with all features one.
  private static func pass(
    _ layers: [any Layer<SparseTensor>], _ plan: Plan, seed: UInt64 = 5, step: UInt64 = 0,
    threads: Int = 2, purpose: Tape.Purpose = .training
  ) throws -> (tape: Tape, input: SparseTensor, outputs: [SparseTensor]) {
    let tape = Tape(
      purpose, compute: Compute(threads: Threads(count: threads)),
      randomness: StepRandomness(seed: seed, step: step))
    let features = Tensor(rows: plan.sites.count, channels: channels)
    features.fill(1)
    let input = try SparseTensor(features, plan: plan, tape: tape, needsGradient: true)
    return (tape, input, try layers.map { try $0(input) })
  }

  private static func mask(
    _ layer: any Layer<SparseTensor>, _ plan: Plan, seed: UInt64 = 5, step: UInt64 = 0,
    threads: Int = 2
  ) throws -> [Float] {
    try pass([layer], plan, seed: seed, step: step, threads: threads)
      .outputs[0].features.value.array
  }

  @Test("as many values are kept as the probability says, and the mean stays")
  func share() throws {
    let plan = try Self.plan()
    for probability in [0, 0.1, 0.5, 0.9] {
      let steps = 20
      var (kept, sum, count) = (0, 0.0, 0)
      for step in 0..<UInt64(steps) {
        let values = try Self.mask(Dropout(probability: probability), plan, step: step)
        #expect(Set(values).isSubset(of: [0, Float(1 / (1 - probability))]))
        kept += values.count { $0 != 0 }
        sum += values.reduce(0) { $0 + Double($1) }
        count += values.count
      }
      // Five standard errors of the number kept.
      let deviation = (probability * (1 - probability) / Double(count)).squareRoot()
      #expect(abs(Double(kept) / Double(count) - (1 - probability)) <= 5 * deviation)
      #expect(abs(sum / Double(count) - 1) <= 5 * deviation / (1 - probability) + 1e-6)
    }
  }

  @Test(
    "masks repeat with seed and step, and are independent of those of other seeds, steps, draws")
  func independence() throws {
    let plan = try Self.plan()
    let layer = Dropout(probability: 0.5)
    let first = try Self.mask(layer, plan)
    #expect(try Self.mask(layer, plan) == first)
    let twice = try Self.pass([layer, layer], plan).outputs.map(\.features.value.array)
    #expect(twice[0] == first)
    let others = try [
      twice[1], Self.mask(layer, plan, step: 1), Self.mask(layer, plan, seed: 6),
      Self.mask(layer, plan, step: 1 << 32),
    ]
    for other in others {
      // Kept values are 2 and lost ones 0: about their mean, products are ±1 with equal chance.
      let correlation = zip(first, other).reduce(0.0) { $0 + Double(($1.0 - 1) * ($1.1 - 1)) }
      #expect(abs(correlation) < 5 * Double(first.count).squareRoot())
    }
    // Neighbours in one mask, too.
    let neighbours = zip(first, first.dropFirst()).reduce(0.0) {
      $0 + Double(($1.0 - 1) * ($1.1 - 1))
    }
    #expect(abs(neighbours) < 5 * Double(first.count).squareRoot())
  }

  @Test("the same masks on one, two and eight threads", arguments: [0, 1, 400])
  func threads(count: Int) throws {
    let plan = try Self.plan(count)
    let layers: [any Layer<SparseTensor>] = [
      Dropout(probability: 0.3), BatchwiseDropout(probability: 0.3),
    ]
    for layer in layers {
      let masks = try [1, 2, 8].map { try Self.mask(layer, plan, threads: $0) }
      #expect(masks[0].count == plan.sites.count * Self.channels)
      #expect(masks[0] == masks[1])
      #expect(masks[0] == masks[2])
    }
  }

  @Test(
    "outputs and gradients are the oracle's with the mask that was drawn", arguments: [0, 1, 90])
  func gradients(count: Int) throws {
    let plan = try Self.plan(count)
    var random = SplitMix(seed: 9)
    let features = random.rows(plan.sites.count, channels: Self.channels)
    let slopes = random.rows(plan.sites.count, channels: Self.channels)
    let layers: [any Layer<SparseTensor>] = [
      Dropout(probability: 0.3), BatchwiseDropout(probability: 0.3),
    ]
    for layer in layers {
      // A tape without a seed draws what `LayerPass` draws.
      let drawn = try Self.pass([layer], plan, seed: 0).outputs[0].features.value
      let keeps = rows(drawn).map { $0.map { $0 != 0 } }
      let pass = try LayerPass(tensor(features, channels: Self.channels), plan: plan) {
        try layer($0)
      }
      let output = rows(pass.output.features.value)
      let expected = dropout(features, keeping: keeps, probability: 0.3)
      #expect(compare(output, with: expected).scaledError < 1e-6)
      let gradient = rows(try pass.inputGradient(from: tensor(slopes, channels: Self.channels)))
      // Linear: the gradient is the same mask on the output's gradient.
      #expect(
        compare(gradient, with: dropout(slopes, keeping: keeps, probability: 0.3)).scaledError
          < 1e-6)
    }
  }

  @Test("batchwise dropout takes whole channels from all events of the batch")
  func wholeChannels() throws {
    let plan = try Self.plan()
    var kept = 0
    for step in 0..<UInt64(200) {
      let values = rows(
        try Self.pass([BatchwiseDropout(probability: 0.25)], plan, step: step)
          .outputs[0].features.value)
      let first = try #require(values.first)
      #expect(values.allSatisfy { $0 == first })
      kept += first.count { $0 != 0 }
    }
    let draws = 200 * Double(Self.channels)
    let deviation = (0.25 * 0.75 / draws).squareRoot()
    #expect(abs(Double(kept) / draws - 0.75) < 5 * deviation)
  }

  @Test("nothing is dropped at other times, and no draw is taken")
  func otherPurposes() throws {
    let plan = try Self.plan(20)
    let layers: [any Layer<SparseTensor>] = [
      Dropout(probability: 0.9), BatchwiseDropout(probability: 0.9),
    ]
    let run = try Self.pass(layers, plan, purpose: .inference)
    for output in run.outputs {
      #expect(output.features.value.array.allSatisfy { $0 == 1 })
    }
    for layer in layers {
      let planned = try layer(SparseTensor(planning: plan, channels: 3))
      #expect(planned.channels == 3)
    }
  }

  @Test(
    "an impossible probability is refused when the layer is called",
    arguments: [-0.1, 1, 1.5, Double.nan, .infinity])
  func probability(_ probability: Double) throws {
    let plan = try Self.plan(5)
    for purpose in [Tape.Purpose.training, .inference] {
      let error = #expect(throws: LayerError.self) {
        try Self.pass([Dropout(probability: probability)], plan, purpose: purpose)
      }
      #expect(error?.description.contains("\(probability)") == true)
      #expect(throws: LayerError.self) {
        try Self.pass([BatchwiseDropout(probability: probability)], plan, purpose: purpose)
      }
    }
  }
}
