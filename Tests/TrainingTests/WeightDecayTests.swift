import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves weight decay: what is added to the gradients of which values, and when.
@Suite("Weight decay")
struct WeightDecayTests {
  private static let (inputs, outputs, rowCount) = (70, 9, 12)
  private let plan: Plan
  private let features: [[Double]]

  init() throws {
    var random = SplitMix(seed: 2)
    let sites = randomSites(Self.rowCount, events: [0, 2], spatialSize: [9, 9], random: &random)
    plan = Plan(try siteSet(sites, batchSize: 4, spatialSize: [9, 9]))
    features = random.rows(Self.rowCount, channels: Self.inputs)
  }

  private func linear() -> NetworkInNetwork {
    var random = RandomStream(seed: 3, for: .weights)
    return NetworkInNetwork(
      inputChannels: Self.inputs, outputChannels: Self.outputs, random: &random)
  }

  private func input(_ tape: Tape) throws -> SparseTensor {
    try SparseTensor(tensor(features, channels: Self.inputs), plan: plan, tape: tape)
  }

  /// The gradients of weight and bias for a gradient of the scores: both are sums over sites.
  private func gradients(_ slopes: [[Double]]) -> [[Double]] {
    let weight = (0..<Self.inputs).flatMap { input in
      (0..<Self.outputs).map { output in
        zip(features, slopes).reduce(0) { $0 + $1.0[input] * $1.1[output] }
      }
    }
    return [weight, (0..<Self.outputs).map { output in slopes.reduce(0) { $0 + $1[output] } }]
  }

  @Test(
    "eight steps of every optimizer on decayed gradients", arguments: OptimizerKind.allCases,
    [0, 1e-4, 0.3])
  func steps(kind: OptimizerKind, decay: Double) throws {
    var random = SplitMix(seed: 5)
    let slopes = (0..<8).map { _ in random.rows(Self.rowCount, channels: Self.outputs) }
    var found: Set<[UInt32]> = []
    for threads in 1...3 {
      let network = linear()
      let parameters = network.trainedParameters
      var expected = parameters.map(\.doubles)
      var oracles = parameters.map {
        kind.oracle(rate: 1e-2, weightDecay: decay, isVector: $0.shape.count == 1)
      }
      let loop = TrainingLoop(
        of: network, by: kind.make(weightDecay: decay), threads: Threads(count: threads),
        gradients: GradientTreatment(weightDecay: kind.decaysWeights ? 0 : decay))
      for slopes in slopes {
        _ = try loop.step(learningRate: 1e-2) { tape in
          try Loss(
            0, of: network(input(tape)).features, gradient: tensor(slopes, channels: Self.outputs))
        }
        for (number, gradient) in gradients(slopes).enumerated() {
          oracles[number].step(
            &expected[number],
            gradient: decayedGradient(
              gradient, of: expected[number], decay: kind.decaysWeights ? 0 : decay))
          let difference = compare(parameters[number].doubles, with: expected[number])
          #expect(difference.scaledError < 5e-6, "\(difference)")
        }
      }
      found.insert(parameters.flatMap { $0.value.array.map(\.bitPattern) })
    }
    #expect(found.count == 1)
  }

  @Test("all that is trained decays, scale and shift too, and running statistics do not")
  func allTrained() throws {
    let results = try [0, 0.25].map { decay in
      let layer = BatchNormalization(channels: Self.inputs, momentum: 0.25)
      var random = SplitMix(seed: 8)
      for (_, parameter) in layer.ownParameters {
        parameter.set(random.values(parameter.count).map { 1 + abs($0) })
      }
      let before = layer.ownParameters.map(\.parameter.doubles)
      let loop = TrainingLoop(
        of: layer, by: SGD(), gradients: GradientTreatment(weightDecay: decay))
      _ = try loop.step(learningRate: 0.5) { tape in
        let result = try layer(input(tape)).features
        return Loss(0, of: result, gradient: Tensor(rows: result.rows, channels: result.channels))
      }
      return (before: before, after: layer.ownParameters.map(\.parameter.doubles))
    }
    let (without, with) = (results[0], results[1])
    #expect(without.after[0] == without.before[0] && without.after[1] == without.before[1])
    for number in 0...1 {
      let expected = with.before[number].map { $0 * (1 - 0.5 * 0.25) }
      #expect(compare(with.after[number], with: expected).scaledError < 1e-7)
    }
    for number in 2...3 {
      #expect(with.after[number] == without.after[number])
      #expect(with.after[number] != with.before[number])
    }
  }

  @Test("a layer that is used twice decays once")
  func shared() throws {
    let layer = PReLU(channels: Self.inputs, initialSlope: 0.5)
    let network = Sequential<SparseTensor>([("first", layer), ("second", layer)])
    let loop = TrainingLoop(of: network, by: SGD(), gradients: GradientTreatment(weightDecay: 0.5))
    _ = try loop.step(learningRate: 1) { tape in
      let result = try network(input(tape)).features
      return Loss(0, of: result, gradient: Tensor(rows: result.rows, channels: result.channels))
    }
    #expect(layer.slope.value.array.allSatisfy { $0 == 0.25 })
  }

  @Test("decay is not scaled with the loss", arguments: [1, 1024, 0.25])
  func lossScale(scale: Double) throws {
    func weights(_ scale: Double) throws -> [UInt32] {
      let network = linear()
      let loop = TrainingLoop(
        of: network, by: Adam(), threads: Threads(count: 2),
        gradients: GradientTreatment(lossScale: scale, weightDecay: 0.1))
      for _ in 0..<3 {
        _ = try loop.step(learningRate: 1e-2) { tape in
          try CrossEntropy()(
            network(input(tape)), labels: (0..<Self.rowCount).map { UInt8($0 % 9) })
        }
      }
      return network.trainedParameters.flatMap { $0.value.array.map(\.bitPattern) }
    }
    #expect(try weights(scale) == weights(1))
  }

  @Test(
    "a decay that is none is refused, and the network is what it was",
    arguments: [-1e-4, .nan, .infinity, 1e39])
  func refused(decay: Double) throws {
    let network = linear()
    let before = network.trainedParameters.map(\.value.array)
    let loop = TrainingLoop(
      of: network, by: SGD(), gradients: GradientTreatment(weightDecay: decay))
    let error = #expect(throws: TrainingError.self) {
      try loop.step(learningRate: 1) { tape in
        let result = try network(input(tape)).features
        return Loss(0, of: result, gradient: Tensor(rows: result.rows, channels: result.channels))
      }
    }
    #expect(error?.description.contains("a weight decay of \(decay) is not possible") == true)
    #expect(network.trainedParameters.map(\.value.array) == before)
    #expect(loop.steps == 0)
  }
}
