import Autodiff
import Layers
import Reference
import Sites
import Tensors
import Testing

/// Proves convolutions and poolings of every form, shape and dilation against the oracle.
@Suite("Layers of every form against the oracle")
struct FormLayerTests {
  @Test("outputs and their sites", arguments: FormProblem.Operator.allCases, 1...4)
  func forward(_ layer: FormProblem.Operator, dimension: Int) throws {
    for filter in FilterVariety.filters(dimension: dimension) {
      for (number, count) in [0, 1, 5, 60].enumerated() {
        let problem = FormProblem(
          layer, filter, count: count, events: number % 2 == 0 ? [0, 2] : [1, 3])
        let pass = try FormProblem.Pass(problem)
        #expect(coordinates(pass.sites) == problem.output)
        let expected = problem.reference(pass.features, weight: pass.weight, bias: pass.bias)
        let difference = compare(rows(pass.output), with: expected)
        #expect(difference.scaledError < 1e-6, "\(problem): \(difference)")
      }
    }
  }

  @Test("gradients by central differences", arguments: FormProblem.Operator.allCases, 1...4)
  func gradients(_ layer: FormProblem.Operator, dimension: Int) throws {
    for filter in FilterVariety.filters(dimension: dimension) {
      for count in [0, 1, 16] {
        let problem = FormProblem(layer, filter, count: count, events: [0, 2])
        let error = gradientErrors(problem, try FormProblem.Pass(problem)).max() ?? 0
        #expect(error < 2e-6, "\(problem): \(error)")
      }
    }
  }

  @Test("a gradient that is wrong, or another operator's, is caught")
  func negativeControl() throws {
    let filter = FilterCells([3, 3], stride: [2, 1], dilation: [1, 2])
    let problem = FormProblem(.strided, filter, count: 30, events: [0, 2])
    let pass = try FormProblem.Pass(problem)
    #expect(gradientErrors(problem, pass).allSatisfy { $0 < 2e-6 })
    for other in FormProblem.Operator.allCases where other != .strided && other != .stridedOnto {
      let wrong = FormProblem(other, filter, count: 30, events: [0, 2])
      guard wrong.input == problem.input, wrong.output == problem.output else { continue }
      let right = rows(try FormProblem.Pass(wrong).inputGradient)
      #expect(compare(right, with: rows(pass.inputGradient)).scaledError > 1e-2)
    }
    // An average over active sites is no average over the window, forward or backward.
    let active = FormProblem(.activeAverage, filter, count: 30, events: [0, 2])
    let volume = FormProblem(.average, filter, count: 30, events: [0, 2])
    #expect(
      try gradientErrors(volume, FormProblem.Pass(active)).contains { $0 > 1e-2 })
  }

  @Test("the same bits at one, two and eight threads", arguments: FormProblem.Operator.allCases)
  func threads(_ layer: FormProblem.Operator) throws {
    // Enough sites for many blocks of rows, and for several pieces of a weight's gradient.
    let problems = [FilterCells([3, 3], dilation: [2, 1]), FilterCells([2, 2], stride: [2, 2])].map
    {
      FormProblem(layer, $0, count: 4000, events: [0, 1, 3], spatialSize: [64, 80])
    }
    for problem in problems {
      let single = try FormProblem.Pass(problem, threads: 1)
      for count in [2, 8] {
        let several = try FormProblem.Pass(problem, threads: count)
        #expect(several.output.array == single.output.array)
        #expect(several.inputGradient.array == single.inputGradient.array)
        #expect(several.weightGradient == single.weightGradient)
        #expect(several.biasGradient == single.biasGradient)
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
          to: SparseTensor(planning: problem.plan(), channels: FormProblem.inputChannels))
        #expect(coordinates(output.sites) == problem.output)
        #expect(output.channels == problem.outputChannels)
      }
    }
  }

  /// The largest error of each gradient, on at most forty components spread over it.
  private func gradientErrors(_ problem: FormProblem, _ pass: FormProblem.Pass) -> [Double] {
    let channels = FormProblem.inputChannels
    func loss(_ input: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      let features = stride(from: 0, to: input.count, by: channels).map {
        Array(input[$0..<$0 + channels])
      }
      let output = problem.reference(features, weight: weight, bias: bias)
      return zip(pass.outputGradient.joined(), output.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    }
    func error(
      _ gradient: [Double], at point: [Double], _ function: ([Double]) -> Double
    ) -> Double {
      guard gradient.count == point.count else { return .infinity }
      let components = stride(from: 0, to: point.count, by: max(1, point.count / 40))
      let slopes = centralDifference(of: function, at: point, components: components)
      return compare(components.map { gradient[$0] }, with: slopes).scaledError
    }
    let input = Array(pass.features.joined())
    return [
      error(pass.inputGradient.array.map(Double.init), at: input) {
        loss($0, pass.weight, pass.bias)
      },
      error(pass.weightGradient, at: pass.weight) { loss(input, $0, pass.bias) },
      error(pass.biasGradient, at: pass.bias) { loss(input, pass.weight, $0) },
    ]
  }
}
