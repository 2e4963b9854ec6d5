import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves convolutions and poolings of every form, shape and dilation against the oracle.
@Suite("Layers of every form against the oracle")
struct FormLayerTests {
  /// An empty event in the middle and at the end; then at the beginning.
  private static let events = [[0, 2], [1, 2, 3]]

  @Test("outputs and their sites", arguments: FormProblem.Operator.allCases, 1...4)
  func forward(_ layer: FormProblem.Operator, dimension: Int) throws {
    for filter in FilterVariety.filters(dimension: dimension) {
      for count in [0, 1, 5, 60] {
        for events in Self.events {
          let problem = FormProblem(layer, filter, count: count, events: events)
          let outcome = try LayerOutcome(problem)
          #expect(coordinates(outcome.sites) == problem.outputSites)
          let difference = outcome.comparison()
          #expect(difference.scaledError < 1e-6, "\(problem): \(difference)")
        }
      }
    }
  }

  @Test("gradients by central differences", arguments: FormProblem.Operator.allCases, 1...4)
  func gradients(_ layer: FormProblem.Operator, dimension: Int) throws {
    for filter in FilterVariety.filters(dimension: dimension) {
      // A box without gaps is what most networks are made of: more sites, more components.
      let isPlain = filter.kind == .box && filter.dilation.allSatisfy { $0 == 1 }
      for count in isPlain ? [0, 1, 4, 24] : [0, 1, 16] {
        for events in isPlain ? Self.events : [[0, 2]] {
          let problem = FormProblem(layer, filter, count: count, events: events)
          let error = try LayerOutcome(problem).check.worstError(components: isPlain ? 100 : 40)
          #expect(error < 2e-6, "\(problem): \(error)")
        }
      }
    }
  }

  @Test("a gradient that is wrong in one component, or another operator's, is caught")
  func negativeControl() throws {
    let weights = try LayerOutcome(
      FormProblem(.submanifold, FilterCells([3, 3]), count: 24, events: [0, 2])
    ).check
    #expect(weights.worstError() < 2e-6)
    #expect(weights.errorsWhenWrong(operand: 1).allSatisfy { $0 > 2e-6 })
    // And the gradient of an operator that reads its offsets the other way round.
    let flipped = stride(from: 0, to: weights.gradients[1].count, by: 6).reversed().flatMap {
      weights.gradients[1][$0..<$0 + 6]
    }
    #expect(compare(flipped, with: weights.slopes(of: 1)).scaledError > 1e-2)

    let filter = FilterCells([3, 3], stride: [2, 1], dilation: [1, 2])
    let problem = FormProblem(.strided, filter, count: 30, events: [0, 2])
    let outcome = try LayerOutcome(problem)
    #expect(outcome.check.worstError(components: 40) < 2e-6)
    for other in FormProblem.Operator.allCases where other != .strided && other != .stridedOnto {
      let wrong = FormProblem(other, filter, count: 30, events: [0, 2])
      guard wrong.inputSites == problem.inputSites, wrong.outputSites == problem.outputSites
      else { continue }
      let found = try LayerOutcome(wrong).inputGradient
      #expect(compare(found, with: outcome.inputGradient).scaledError > 1e-2)
    }
    // An average over active sites is no average over the window, forward or backward.
    let active = try LayerOutcome(
      FormProblem(.activeAverage, filter, count: 30, events: [0, 2])
    ).check
    let volume = FormProblem(.average, filter, count: 30, events: [0, 2])
    let mistaken = GradientCheck(
      operands: active.operands, gradients: active.gradients,
      outputGradient: active.outputGradient
    ) { volume.reference(shaped($0[0], channels: volume.inputChannels), []) }
    #expect(mistaken.worstError(components: 40) > 1e-2)
  }

  @Test("the same bits at one, two and eight threads", arguments: FormProblem.Operator.allCases)
  func threads(_ layer: FormProblem.Operator) throws {
    // Enough sites for many blocks of rows, and for several pieces of a weight's gradient.
    let problems = [FilterCells([3, 3], dilation: [2, 1]), FilterCells([2, 2], stride: [2, 2])].map
    {
      FormProblem(layer, $0, count: 4000, events: [0, 1, 3], spatialSize: [64, 80])
    }
    for problem in problems {
      let single = try LayerOutcome(problem, threads: 1).bits
      for count in [2, 8] {
        #expect(try LayerOutcome(problem, threads: count).bits == single)
      }
    }
  }

  @Test("planning finds the same sites without a value", arguments: FormProblem.Operator.allCases)
  func planning(_ layer: FormProblem.Operator) throws {
    for dimension in 1...4 {
      for filter in FilterVariety.filters(dimension: dimension) {
        let problem = FormProblem(layer, filter, count: 20, events: [0, 2])
        let output = try problem.apply(
          problem.production(),
          to: SparseTensor(planning: problem.plan(), channels: problem.inputChannels))
        #expect(coordinates(output.sites) == problem.outputSites)
        #expect(output.channels == problem.outputChannels)
      }
    }
  }
}
