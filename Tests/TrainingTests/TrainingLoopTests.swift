import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves the loop that trains anything: its step is the optimizer's on the loss's gradient, and a
/// step that cannot be is none.
@Suite("Training loop")
struct TrainingLoopTests {
  private let plan: Plan
  private let features: Tensor

  init() throws {
    var random = SplitMix(seed: 2)
    let sites = randomSites(200, events: [0, 2], spatialSize: [9, 9], random: &random)
    plan = Plan(try siteSet(sites, batchSize: 4, spatialSize: [9, 9]))
    features = tensor(random.rows(plan.sites.count, channels: 60), channels: 60)
  }

  private func layer(_ input: Int = 60, _ output: Int = 60, seed: UInt64 = 3) -> NetworkInNetwork {
    var random = RandomStream(seed: seed, for: .weights)
    return NetworkInNetwork(inputChannels: input, outputChannels: output, random: &random)
  }

  private func input(_ tape: Tape) throws -> SparseTensor {
    try SparseTensor(features, plan: plan, tape: tape)
  }

  private var labels: [UInt8] { (0..<plan.sites.count).map { UInt8($0 % 60) } }

  private func bits(_ network: any Module) -> [[UInt32]] {
    network.namedParameters.map { $0.parameter.value.array.map(\.bitPattern) }
  }

  /// Gradients of the loss of two layers with the same values, each with its own.
  private func separateGradients() throws -> (first: [Float], second: [Float]) {
    let (first, second) = (layer(), layer())
    let tape = Tape(.training)
    let loss = try CrossEntropy()(second(first(input(tape))), labels: labels)
    tape.backward(from: loss.parts)
    return (first.filters.weight.gradient.array, second.filters.weight.gradient.array)
  }

  @Test("a layer used twice takes one step of its summed gradient on any number of threads")
  func shared() throws {
    let separate = try separateGradients()
    let rate: Float = 0.5
    let before = layer().filters.weight.value.array
    let expected = before.indices.map {
      Double(before[$0] - rate * (separate.first[$0] + separate.second[$0]))
    }
    var found: Set<[UInt32]> = []
    for threads in [1, 2, 8] {
      let shared = layer()
      let network = Sequential([("first", shared), ("second", shared)])
      let loop = TrainingLoop(of: network, by: SGD(), threads: Threads(count: threads))
      _ = try loop.step(learningRate: Double(rate)) { tape in
        try CrossEntropy()(network(input(tape)), labels: labels)
      }
      let values = shared.filters.weight.value.array
      let difference = compare(values.map(Double.init), with: expected)
      #expect(difference.scaledError < 1e-6, "\(threads) threads: \(difference)")
      found.insert(values.map(\.bitPattern))
    }
    #expect(found.count == 1)
  }

  @Test("a step reports the loss before it, and the next begins where it ended")
  func steps() throws {
    let network = layer(60, 3)
    let loop = TrainingLoop(of: network, by: SGD(), seed: 4)
    #expect(loop.seed == 4)
    let labels = labels.map { $0 % 3 }
    func step() throws -> Double {
      try loop.step(learningRate: 0.1) {
        try CrossEntropy()(network(input($0)), labels: labels)
      }.loss
    }
    func loss() throws -> Double {
      try loop.evaluate { try CrossEntropy()(network(input($0)), labels: labels).value }
    }
    let before = try loss()
    #expect(try step() == before)
    let after = try loss()
    #expect(after < before)
    #expect(try step() == after)
    #expect(loop.steps == 2)
  }

  @Test("a loss of another tape is refused, and nothing has changed")
  func otherTape() throws {
    let network = layer()
    let loop = TrainingLoop(of: network, by: Adam())
    let before = bits(network)
    let stray = Tape(.training)
    defer { stray.discard() }
    #expect(throws: TrainingError.otherTape) {
      try loop.step(learningRate: 1) { _ in
        try CrossEntropy()(network(input(stray)), labels: labels)
      }
    }
    #expect(bits(network) == before)
    #expect(loop.steps == 0)
  }

  @Test("an error of the network is passed on, and the step is none")
  func refused() throws {
    let network = layer()
    let loop = TrainingLoop(of: network, by: Adam())
    let before = bits(network)
    #expect(throws: LayerError.self) {
      try loop.step(learningRate: 1) { tape in
        try CrossEntropy()(layer(2, 2)(input(tape)), labels: labels)
      }
    }
    #expect(bits(network) == before)
    #expect(loop.steps == 0)
  }

  @Test("an evaluation normalises as asked, and changes nothing", arguments: [false, true])
  func evaluation(usesBatch: Bool) throws {
    let network = BatchNormalization(channels: 60)
    let loop = TrainingLoop(of: network, by: Adam())
    let before = bits(network)
    let output = try loop.evaluate(statistics: usesBatch ? .batch : .running) {
      try network(input($0)).features.value.copied()
    }
    let tape = Tape(.inference, statistics: usesBatch ? .batch : .running)
    #expect(try output.array == network(input(tape)).features.value.array)
    #expect(bits(network) == before)
  }

  @Test("a result that is kept as a copy lets the next steps use the memory again")
  func keptResults() throws {
    let network = layer()
    let loop = TrainingLoop(of: network, by: Adam())
    var kept: [Tensor] = []
    for _ in 0..<5 {
      kept.append(try loop.evaluate { try network(input($0)).features.value.copied() })
    }
    #expect(loop.compute.arena.systemAllocations == 1)
    #expect(kept.allSatisfy { $0.array == kept[0].array })
    var dear: [Tensor] = []
    for _ in 0..<3 { dear.append(try loop.evaluate { try network(input($0)).features.value }) }
    #expect(loop.compute.arena.systemAllocations == 3)
    #expect(dear.allSatisfy { $0.array == kept[0].array })
  }

  @Test(
    "a scale of the loss that is a power of two changes no bit, others hardly anything",
    arguments: [1024, 0.25, 3])
  func lossScale(scale: Double) throws {
    let weights = try [1, scale].map { scale in
      let network = layer()
      let loop = TrainingLoop(
        of: network, by: Adam(), threads: Threads(count: 2),
        gradients: GradientTreatment(lossScale: scale))
      let losses = try (0..<3).map { _ in
        try loop.step(learningRate: 0.01) { tape in
          try CrossEntropy()(network(input(tape)), labels: labels)
        }.loss
      }
      return (values: network.filters.weight.value.array, losses: losses)
    }
    if scale.significand == 1 {
      #expect(weights[0].values.map(\.bitPattern) == weights[1].values.map(\.bitPattern))
      #expect(weights[0].losses == weights[1].losses)
    } else {
      let difference = compare(
        weights[1].values.map(Double.init), with: weights[0].values.map(Double.init))
      #expect(difference.scaledError < 1e-3, "\(difference)")
    }
  }
}
