import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves steps that follow the mean gradient of several losses.
@Suite("Accumulated gradients")
struct AccumulationTests {
  private static let channels = 4

  private func layer() -> BatchNormalization {
    BatchNormalization(channels: Self.channels, momentum: 0.5)
  }

  private func features(_ seed: UInt64) throws -> (Plan, [[Double]]) {
    var random = SplitMix(seed: seed)
    let sites = randomSites(20, events: [0], spatialSize: [1, 8, 8], random: &random)
    let plan = try Plan(siteSet(sites, batchSize: 1, spatialSize: [1, 8, 8]))
    return (plan, random.rows(sites.count, channels: Self.channels))
  }

  private func loss(
    _ layer: BatchNormalization, _ plan: Plan, _ rows: [[Double]], _ tape: Tape
  ) throws -> Loss {
    let result = try layer(
      SparseTensor(tensor(rows, channels: Self.channels), plan: plan, tape: tape)
    ).features
    let values = result.value.array
    let gradient = Tensor(rows: result.rows, channels: result.channels, values.map { 3 * $0 + 1 })
    return Loss(Double(values.reduce(0) { $0 + $1 * $1 }), of: result, gradient: gradient)
  }

  private func bits(_ layer: BatchNormalization) -> [[UInt32]] {
    layer.namedParameters.map { $0.parameter.value.array.map(\.bitPattern) }
  }

  @Test("a step of several parts is one along the mean of their gradients")
  func mean() throws {
    let parts = try (1...3).map { try features($0) }
    // Each part's gradients, by steps of no length; running statistics follow one after the other.
    let single = layer()
    let loop = TrainingLoop(of: single, by: SGD(), threads: Threads(count: 1))
    var sums = single.trainedParameters.map { [Double](repeating: 0, count: $0.count) }
    var losses: [Double] = []
    for (plan, rows) in parts {
      losses.append(try loop.step(learningRate: 0) { try loss(single, plan, rows, $0) }.loss)
      for (index, parameter) in single.trainedParameters.enumerated() {
        for (place, slope) in parameter.gradient.array.enumerated() {
          sums[index][place] += Double(slope)
        }
      }
    }
    let whole = layer()
    let before = whole.trainedParameters.map(\.doubles)
    let step = try TrainingLoop(of: whole, by: SGD(), threads: Threads(count: 2)).step(
      learningRate: 0.25, parts: 3
    ) { part, tape in try loss(whole, parts[part].0, parts[part].1, tape) }
    #expect(abs(step.loss - losses.reduce(0, +) / 3) < 1e-6 * abs(step.loss))
    for (index, parameter) in whole.trainedParameters.enumerated() {
      let expected = zip(before[index], sums[index]).map { $0 - 0.25 * $1 / 3 }
      #expect(compare(parameter.doubles, with: expected).scaledError < 1e-6)
    }
    let trained = Set(whole.trainedParameters.map(ObjectIdentifier.init))
    for (one, all) in zip(single.namedParameters, whole.namedParameters)
    where !trained.contains(ObjectIdentifier(all.parameter)) {
      #expect(one.parameter.value.array == all.parameter.value.array, "\(one.name)")
    }
  }

  @Test("where a later part is refused nothing has changed, running statistics neither")
  func refused() throws {
    let parts = try (1...3).map { try features($0) }
    let layer = layer()
    let loop = TrainingLoop(of: layer, by: Adam(), threads: Threads(count: 1))
    _ = try loop.step(learningRate: 0.1) { try loss(layer, parts[0].0, parts[0].1, $0) }
    let before = bits(layer)
    for bad in 0..<3 {
      #expect(throws: TrainingError.lossNotFinite(.infinity)) {
        try loop.step(learningRate: 0.1, parts: 3) { part, tape in
          let loss = try loss(layer, parts[part].0, parts[part].1, tape)
          return part == bad
            ? Loss(.infinity, of: loss.parts[0].result, gradient: loss.parts[0].gradient) : loss
        }
      }
      #expect(bits(layer) == before)
    }
    #expect(loop.steps == 1)
    loop.skip()
    #expect(loop.steps == 2)
  }

  @Test("limits of the norm that leave nothing are refused", arguments: [0, -1, .nan, .infinity])
  func limits(limit: Double) throws {
    let (plan, rows) = try features(1)
    let layer = layer()
    let loop = TrainingLoop(
      of: layer, by: SGD(), threads: Threads(count: 1),
      gradients: GradientTreatment(clippingNorm: limit))
    let error = #expect(throws: TrainingError.self) {
      try loop.step(learningRate: 0.1) { try loss(layer, plan, rows, $0) }
    }
    #expect(
      error?.description
        == "clipping gradients to a norm of \(limit) is not possible: use a number above zero")
  }
}
