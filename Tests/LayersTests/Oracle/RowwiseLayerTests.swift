import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves layers without neighbours against the oracle: outputs, and all gradients by central
/// differences.
@Suite("Row by row layers against the oracle")
struct RowwiseLayerTests {
  @Test("outputs", arguments: RowwiseProblem.all(counts: [0, 1, 4, 300]))
  func forward(_ problem: RowwiseProblem) throws {
    let difference = try LayerOutcome(problem).comparison()
    #expect(difference.scaledError < problem.outputTolerance, "\(difference)")
  }

  @Test(
    "gradients of input and parameters by central differences",
    arguments: RowwiseProblem.all(counts: [0, 1, 4, 24]))
  func gradients(_ problem: RowwiseProblem) throws {
    let errors = try LayerOutcome(problem).check.errors()
    #expect(errors.allSatisfy { $0 < problem.gradientTolerance }, "\(errors)")
  }

  @Test("a gradient that is wrong in one component is caught")
  func negativeControl() throws {
    let problem = RowwiseProblem(.groups, count: 24, events: [0, 2, 3])
    let outcome = try LayerOutcome(problem)
    for operand in outcome.check.operands.indices {
      #expect(outcome.check.errorsWhenWrong(operand: operand).allSatisfy { $0 > 5e-6 })
    }
    // And statistics over the whole batch instead of each event.
    let pooled = batchNormalizationTraining(
      outcome.features, scale: outcome.parameters[0], shift: outcome.parameters[1],
      epsilon: problem.epsilon
    ).features
    #expect(compare(rows(outcome.output), with: pooled).scaledError > 1e-2)
  }

  @Test(
    "the same bits on one, two and eight threads", arguments: RowwiseProblem.Operator.allCases)
  func threads(layer: RowwiseProblem.Operator) throws {
    let problem = RowwiseProblem(layer, count: 1200, events: [0, 2, 3])
    let bits = try [1, 2, 8].map { try LayerOutcome(problem, threads: $0).bits }
    #expect(bits[0] == bits[1])
    #expect(bits[0] == bits[2])
  }

  @Test("planning and inference", arguments: RowwiseProblem.Operator.allCases)
  func otherPurposes(layer: RowwiseProblem.Operator) throws {
    let problem = RowwiseProblem(layer, count: 30, events: [0, 2, 3])
    let production = problem.production()
    let channels = problem.inputChannels
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
    let outcome = try LayerOutcome(RowwiseProblem(.instances, count: 1, events: [0, 2, 3]))
    #expect(rows(outcome.output) == [outcome.parameters[1].map { Double(Float($0)) }])
    #expect(outcome.inputGradient.allSatisfy { $0 == 0 })
  }

  @Test("an event's result does not depend on the batch it is in")
  func eventAlone() throws {
    let problem = RowwiseProblem(.groupsRectified, count: 60, events: [0, 2, 3])
    let outcome = try LayerOutcome(problem)
    let layer = problem.production()
    for (parameter, values) in zip(layer.trainedParameters, outcome.parameters) {
      parameter.set(values)
    }
    let output = rows(outcome.output)
    for event in problem.events {
      let chosen = problem.inputSites.indices.filter { problem.inputSites[$0][0] == event }
      let sites = chosen.map { [0] + problem.inputSites[$0].dropFirst() }
      let pass = try LayerPass(
        tensor(chosen.map { outcome.features[$0] }, channels: problem.inputChannels),
        plan: Plan(siteSet(sites, batchSize: 1, spatialSize: RowwiseProblem.spatialSize))
      ) { try layer($0) }
      #expect(rows(pass.output.features.value) == chosen.map { output[$0] })
    }
  }
}
