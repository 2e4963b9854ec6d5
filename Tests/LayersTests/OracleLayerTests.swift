import Autodiff
import Layers
import Reference
import Sites
import Tensors
import Testing

/// Proves production layers against the oracle on random sites in every dimension.
@Suite("Layers against the oracle")
struct OracleLayerTests {
  /// What one layer computed from random numbers, in production and by the oracle.
  private struct Outcome {
    let problem: OracleProblem
    let features: [[Double]]
    let weight: [Double]
    let bias: [Double]
    let outputGradient: [[Double]]
    let output: [[Double]]
    let inputGradient: [Double]
    let weightGradient: [Double]
    let biasGradient: [Double]

    init(_ problem: OracleProblem) throws {
      self.problem = problem
      var random = SplitMix(seed: 11)
      features = random.rows(problem.inputSites.count, channels: OracleProblem.inputChannels)
      weight = random.values(problem.weightCount)
      bias = random.values(problem.biasCount)
      let layer = problem.production()
      let parameters = layer.trainedParameters
      if let first = parameters.first { first.set(weight) }
      if parameters.count > 1 { parameters[1].set(bias) }
      let pass = try LayerPass(
        tensor(features, channels: OracleProblem.inputChannels), plan: problem.plan()
      ) { try layer($0) }
      output = rows(pass.output.features.value)
      let channels = pass.output.channels
      outputGradient = random.rows(output.count, channels: channels)
      inputGradient = try pass.inputGradient(from: tensor(outputGradient, channels: channels))
        .array.map(Double.init)
      weightGradient = parameters.first?.gradientDoubles ?? []
      biasGradient = parameters.count > 1 ? parameters[1].gradientDoubles : []
    }

    /// The oracle's `Σ output gradient · output`.
    func loss(_ input: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      let channels = OracleProblem.inputChannels
      let shaped = stride(from: 0, to: input.count, by: channels).map {
        Array(input[$0..<$0 + channels])
      }
      let output = problem.reference(shaped, weight: weight, bias: bias)
      return zip(outputGradient.joined(), output.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    }

    var flatInput: [Double] { Array(features.joined()) }

    /// The largest error of the three gradients against central differences.
    func gradientError() -> Double {
      let input = flatInput
      return max(
        compare(
          inputGradient, with: centralDifference(of: { loss($0, weight, bias) }, at: input)
        ).scaledError,
        compare(
          weightGradient, with: centralDifference(of: { loss(input, $0, bias) }, at: weight)
        ).scaledError,
        compare(
          biasGradient, with: centralDifference(of: { loss(input, weight, $0) }, at: bias)
        ).scaledError)
    }
  }

  @Test("outputs", arguments: OracleProblem.all(counts: [0, 1, 4, 60]))
  func forward(_ problem: OracleProblem) throws {
    let outcome = try Outcome(problem)
    let expected = problem.reference(
      outcome.features, weight: outcome.weight, bias: outcome.bias)
    let difference = compare(outcome.output, with: expected)
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test(
    "gradients of input, weight and bias by central differences",
    arguments: OracleProblem.all(counts: [0, 1, 4, 24]))
  func gradients(_ problem: OracleProblem) throws {
    let outcome = try Outcome(problem)
    let error = outcome.gradientError()
    #expect(error < 2e-6, "\(error)")
  }

  @Test("a gradient that is wrong in one component is caught")
  func negativeControl() throws {
    let problem = OracleProblem(layer: .submanifold, dimension: 2, count: 24, events: [0, 2])
    let outcome = try Outcome(problem)
    let slope = centralDifference(
      of: { outcome.loss(outcome.flatInput, $0, outcome.bias) }, at: outcome.weight)
    for component in slope.indices {
      var wrong = outcome.weightGradient
      wrong[component] *= 1.01
      wrong[component] += 1e-3
      #expect(compare(wrong, with: slope).scaledError > 2e-6)
    }
    // And the gradient of another operator, which reads its offsets the other way round.
    let flipped = stride(from: 0, to: slope.count, by: 6).reversed().flatMap {
      outcome.weightGradient[$0..<$0 + 6]
    }
    #expect(compare(flipped, with: slope).scaledError > 1e-2)
  }
}
