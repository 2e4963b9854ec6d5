import Autodiff
import Layers
import Reference
import Sites
import Tensors
import Testing

/// Proves layers without neighbours against the oracle: outputs, and all gradients by central
/// differences.
@Suite("Row by row layers against the oracle")
struct RowwiseLayerTests {
  /// What one layer computed from random numbers.
  private struct Outcome {
    let problem: RowwiseProblem
    let features: [[Double]]
    let parameters: [[Double]]
    let output: [[Double]]
    let outputGradient: [[Double]]
    let inputGradient: [Double]
    let parameterGradients: [[Double]]

    init(_ problem: RowwiseProblem, threads: Int = 2, spread: Double = 2) throws {
      self.problem = problem
      let channels = RowwiseProblem.channels
      var random = SplitMix(seed: 12)
      features = random.rows(problem.sites.count, channels: channels).map {
        $0.map { $0 * spread }
      }
      let layer = problem.production()
      let trained = layer.trainedParameters
      parameters = trained.map { random.values($0.count) }
      for (parameter, values) in zip(trained, parameters) { parameter.set(values) }
      let pass = try LayerPass(
        tensor(features, channels: channels), plan: problem.plan(), threads: threads
      ) { try layer($0) }
      output = rows(pass.output.features.value)
      let outputs = pass.output.channels
      outputGradient = random.rows(output.count, channels: outputs)
      inputGradient = try pass.inputGradient(from: tensor(outputGradient, channels: outputs))
        .array.map(Double.init)
      parameterGradients = trained.map(\.gradientDoubles)
    }

    /// The oracle's `Σ output gradient · output`.
    func loss(_ input: [Double], _ parameters: [[Double]]) -> Double {
      let channels = RowwiseProblem.channels
      let shaped = stride(from: 0, to: input.count, by: channels).map {
        Array(input[$0..<$0 + channels])
      }
      return zip(outputGradient.joined(), problem.reference(shaped, parameters).joined())
        .reduce(0) { $0 + $1.0 * $1.1 }
    }

    var expectedInputGradient: [Double] {
      centralDifference(of: { loss($0, parameters) }, at: Array(features.joined()))
    }

    func expectedGradient(ofParameter number: Int) -> [Double] {
      centralDifference(
        of: { values in
          var moved = parameters
          moved[number] = values
          return loss(Array(features.joined()), moved)
        }, at: parameters[number])
    }
  }

  @Test("outputs", arguments: RowwiseProblem.all(counts: [0, 1, 4, 300]))
  func forward(_ problem: RowwiseProblem) throws {
    let outcome = try Outcome(problem)
    let difference = compare(
      outcome.output, with: problem.reference(outcome.features, outcome.parameters))
    #expect(difference.scaledError < 2e-6, "\(difference)")
  }

  @Test(
    "gradients of input and parameters by central differences",
    arguments: RowwiseProblem.all(counts: [0, 1, 4, 24]))
  func gradients(_ problem: RowwiseProblem) throws {
    let outcome = try Outcome(problem)
    let difference = compare(outcome.inputGradient, with: outcome.expectedInputGradient)
    #expect(difference.scaledError < 5e-6, "\(difference)")
    for (number, gradient) in outcome.parameterGradients.enumerated() {
      let difference = compare(gradient, with: outcome.expectedGradient(ofParameter: number))
      #expect(difference.scaledError < 5e-6, "parameter \(number): \(difference)")
    }
  }

  @Test("a gradient that is wrong in one component is caught")
  func negativeControl() throws {
    let problem = RowwiseProblem(.groups, count: 24, events: [0, 2, 3])
    let outcome = try Outcome(problem)
    let expected = outcome.expectedInputGradient
    for component in expected.indices {
      var wrong = outcome.inputGradient
      wrong[component] = 1.01 * wrong[component] + 1e-3
      #expect(compare(wrong, with: expected).scaledError > 5e-6)
    }
    // And statistics over the whole batch instead of each event.
    let pooled = batchNormalizationTraining(
      outcome.features, scale: outcome.parameters[0], shift: outcome.parameters[1],
      epsilon: RowwiseProblem.epsilon
    ).features
    #expect(compare(outcome.output, with: pooled).scaledError > 1e-2)
  }

  @Test(
    "the same bits on one, two and eight threads", arguments: RowwiseProblem.Operator.allCases)
  func threads(layer: RowwiseProblem.Operator) throws {
    let problem = RowwiseProblem(layer, count: 1200, events: [0, 2, 3])
    let outcomes = try [1, 2, 8].map { threads in
      let outcome = try Outcome(problem, threads: threads)
      return [
        Array(outcome.output.joined()), outcome.inputGradient,
        Array(outcome.parameterGradients.joined()),
      ]
    }
    #expect(outcomes[0] == outcomes[1])
    #expect(outcomes[0] == outcomes[2])
  }

  @Test("planning and inference", arguments: RowwiseProblem.Operator.allCases)
  func otherPurposes(layer: RowwiseProblem.Operator) throws {
    let problem = RowwiseProblem(layer, count: 30, events: [0, 2, 3])
    let production = problem.production()
    let channels = RowwiseProblem.channels
    let plan = try problem.plan()
    let planned = try production(SparseTensor(planning: plan, channels: channels))
    let run = try LayerPass(
      Tensor(rows: plan.sites.count, channels: channels), plan: plan, purpose: .inference
    ) { try production($0) }
    #expect(planned.channels == run.output.channels)
    #expect(planned.sites.hasSameSites(as: run.output.sites))
  }

  @Test("one site of an instance is its shift, and has no gradient")
  func oneSite() throws {
    let outcome = try Outcome(RowwiseProblem(.instances, count: 1, events: [0, 2, 3]))
    #expect(outcome.output == [outcome.parameters[1].map { Double(Float($0)) }])
    #expect(outcome.inputGradient.allSatisfy { $0 == 0 })
  }

  @Test("an event's result does not depend on the batch it is in")
  func eventAlone() throws {
    let problem = RowwiseProblem(.groupsRectified, count: 60, events: [0, 2, 3])
    let outcome = try Outcome(problem)
    let layer = problem.production()
    for (parameter, values) in zip(layer.trainedParameters, outcome.parameters) {
      parameter.set(values)
    }
    for event in problem.events {
      let chosen = problem.sites.indices.filter { problem.sites[$0][0] == event }
      let sites = chosen.map { [0] + problem.sites[$0].dropFirst() }
      let pass = try LayerPass(
        tensor(chosen.map { outcome.features[$0] }, channels: RowwiseProblem.channels),
        plan: Plan(siteSet(sites, batchSize: 1, spatialSize: RowwiseProblem.spatialSize))
      ) { try layer($0) }
      #expect(rows(pass.output.features.value) == chosen.map { outcome.output[$0] })
    }
  }
}
