import Autodiff
import Layers
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves that a step which would spoil a network is refused and leaves it as it was, and that losses
/// and optimizers can be combined.
@Suite("Steps that are refused, and combined")
struct TrainingLoopRefusalTests {
  private let plan: Plan

  init() throws {
    plan = Plan(try siteSet([[0, 1], [0, 3], [1, 2]], batchSize: 3, spatialSize: [8]))
  }

  private func linear(_ outputs: Int, seed: UInt64 = 1) -> NetworkInNetwork {
    var random = RandomStream(seed: seed, for: .weights)
    return NetworkInNetwork(inputChannels: 2, outputChannels: outputs, random: &random)
  }

  private func input(_ tape: Tape, _ value: Float = 1) throws -> SparseTensor {
    let features = Tensor(rows: 3, channels: 2, [1, 2, 3, value, 5, 6])
    return try SparseTensor(features, plan: plan, tape: tape)
  }

  private func values(_ network: any Module) -> [[Float]] {
    network.namedParameters.map(\.parameter.value.array)
  }

  @Test(
    "a value that is not finite is found in the gradients, whatever the loss says",
    arguments: [Float.nan, .infinity])
  func gradients(value: Float) throws {
    let network = Sequential<SparseTensor>(BatchNormalization(channels: 2), linear(3))
    let before = values(network)
    let loop = TrainingLoop(of: network, by: Adam(), threads: Threads(count: 1))
    let error = #expect(throws: TrainingError.self) {
      try loop.step(learningRate: 0.1) { tape in
        let scores = try network(input(tape, value))
        // No row counts: the loss is zero, and zero times infinity is no number.
        return try CrossEntropy(ignoring: 255)(scores, labels: [255, 255, 255])
      }
    }
    #expect(error?.description.contains("is not finite") == true)
    #expect(values(network) == before)
    #expect(loop.steps == 0)
  }

  @Test("no parameters, and learning rates that make no step")
  func settings() throws {
    let nothing = TrainingLoop(of: ReLU(), by: SGD(), threads: Threads(count: 1))
    #expect(throws: TrainingError.nothingToTrain) {
      try nothing.step(learningRate: 0.1) { try CrossEntropy()(input($0), labels: [0, 1, 0]) }
    }
    let network = linear(2)
    let loop = TrainingLoop(of: network, by: SGD(), threads: Threads(count: 1))
    for rate in [-1, Double.infinity, .nan] {
      #expect(throws: TrainingError.self) {
        try loop.step(learningRate: rate) {
          try CrossEntropy()(network(input($0)), labels: [0, 1, 0])
        }
      }
    }
  }

  @Test("two losses of one step have the gradients of their sum")
  func sum() throws {
    func step(_ loss: (Loss, Loss) -> Loss) throws -> (Double, [[Float]]) {
      let (trunk, first, second) = (linear(2), linear(2, seed: 2), linear(3, seed: 3))
      let network = Sequential<SparseTensor>(trunk, first, second)
      let loop = TrainingLoop(of: network, by: SGD(), threads: Threads(count: 1))
      let done = try loop.step(learningRate: 0.5) { tape in
        let shared = try trunk(input(tape))
        return try loss(
          CrossEntropy()(first(shared), labels: [0, 1, 1]),
          CrossEntropy()(second(shared), labels: [2, 0, 1]))
      }
      return (done.loss, values(network))
    }
    let (first, afterFirst) = try step { first, _ in first }
    let (second, afterSecond) = try step { _, second in second }
    let (both, afterBoth) = try step { first, second in first + 2 * second }
    #expect(abs(both - (first + 2 * second)) < 1e-12)
    let before = values(Sequential<SparseTensor>(linear(2), linear(2, seed: 2), linear(3, seed: 3)))
    for (index, start) in before.enumerated() {
      for element in start.indices {
        let moved =
          afterFirst[index][element] + 2 * afterSecond[index][element] - 2 * start[element]
        #expect(abs(afterBoth[index][element] - moved) < 1e-5)
      }
    }
  }

  @Test(
    "an optimizer that is given a second network begins anew there",
    arguments: [OptimizerKind.adam, .rmsprop])
  func secondNetwork(kind: OptimizerKind) throws {
    let used = kind.make()
    for outputs in [70, 2, 200] {
      let results = try [used, kind.make()].map { optimizer in
        let network = linear(outputs)
        let loop = TrainingLoop(of: network, by: optimizer, threads: Threads(count: 1))
        for _ in 0..<3 {
          _ = try loop.step(learningRate: 0.1) {
            try CrossEntropy()(network(input($0)), labels: [0, 1, 0])
          }
        }
        return values(network)
      }
      #expect(results[0] == results[1])
    }
  }

  @Test("a scale of the loss that is none, or too large for the gradients")
  func lossScales() throws {
    for (scale, sentence) in [
      (0, "a loss scale of 0.0 is not possible: use a number above zero"),
      (-.infinity, "a loss scale of -inf is not possible: use a number above zero"),
      (3e38, "is not finite: lower the loss scale of 3e+38, or check"),
    ] {
      let network = Sequential<SparseTensor>(linear(3))
      let before = values(network)
      let loop = TrainingLoop(
        of: network, by: Adam(), threads: Threads(count: 1),
        gradients: GradientTreatment(lossScale: scale))
      let error = #expect(throws: TrainingError.self) {
        try loop.step(learningRate: 0.1) { tape in
          try CrossEntropy()(network(input(tape, 1e3)), labels: [0, 1, 2])
        }
      }
      #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
      #expect(values(network) == before)
    }
  }
}
