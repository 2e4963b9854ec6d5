import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves the layers between points, sites, full images and events against the oracle.
@Suite("Points, images and events against the oracle")
struct PointLayerTests {
  @Test("outputs", arguments: PointProblem.all(counts: [0, 1, 4, 60]))
  func forward(_ problem: PointProblem) throws {
    let pass = try PointPass(problem)
    let difference = compare(pass.output, with: problem.reference(pass.inputs))
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test(
    "gradients of every operand by central differences",
    arguments: PointProblem.all(counts: [0, 1, 4, 24]))
  func gradients(_ problem: PointProblem) throws {
    let error = try PointPass(problem).check.worstError()
    #expect(error < 2e-6, "\(error)")
  }

  @Test("a gradient that is wrong in one component is caught")
  func negativeControl() throws {
    for kind in PointProblem.Operator.allCases {
      let problem = PointProblem(kind, count: 9, events: [0, 2], spatialSize: [5, 3])
      let pass = try PointPass(problem)
      for operand in pass.check.operands.indices {
        #expect(pass.check.errorsWhenWrong(operand: operand).allSatisfy { $0 > 2e-6 })
      }
    }
    // And a whole operator in place of another: the last point for the first.
    let first = PointProblem(.inputFirst, count: 20, events: [0, 2], spatialSize: [8, 6])
    let last = PointProblem(.inputLast, count: 20, events: [0, 2], spatialSize: [8, 6])
    let (one, other) = try (PointPass(first), PointPass(last))
    #expect(compare(one.check.gradients[0], with: other.check.gradients[0]).scaledError > 1e-2)
    #expect(compare(one.output, with: other.output).scaledError > 1e-2)
  }

  @Test("the same bits with 1, 2 and 8 threads", arguments: PointProblem.Operator.allCases)
  func threads(kind: PointProblem.Operator) throws {
    let problem = PointProblem(kind, count: 9000, events: [0, 2, 3], spatialSize: [128, 64])
    let passes = try [1, 2, 8].map { try PointPass(problem, threads: $0) }
    for pass in passes.dropFirst() {
      #expect(pass.output == passes[0].output)
      #expect(pass.check.gradients == passes[0].check.gradients)
    }
    // Means of thousands of sites and sums over their order are still right.
    if kind == .poolAverage || kind == .poolSum {
      let difference = compare(passes[0].output, with: problem.reference(passes[0].inputs))
      #expect(difference.scaledError < 1e-6)
    }
  }

  @Test("planning gives the shapes that values have", arguments: PointProblem.all(counts: [0, 7]))
  func planning(_ problem: PointProblem) throws {
    let tape = Tape(.planning)
    guard problem.kind != .denseToSparse else {
      let error = #expect(throws: LayerError.self) {
        try problem.production(problem.placeholders(tape))
      }
      #expect(error == .needsValues(layer: "DenseToSparse"))
      return
    }
    let planned = try problem.production(problem.placeholders(tape))
    let pass = try PointPass(problem)
    #expect(planned.rows == pass.output.count)
    #expect(pass.output.allSatisfy { $0.count == planned.channels })
  }

  @Test("of equal maxima the lowest row has the gradient, also across tiles")
  func ties() throws {
    let sites = (0..<3000).map { [0, $0] } + [[2, 5], [2, 7]]
    let plan = Plan(try siteSet(sites, batchSize: 3, spatialSize: [3000]))
    let values = sites.indices.map { [Double($0 % 1500), -1] }
    let pass = try LayerPass(tensor(values, channels: 2), plan: plan) {
      try GlobalPooling(.max)($0)
    }
    #expect(rows(pass.output.features.value) == [[1499, -1], [0, 0], [1, -1]])
    let gradient = try pass.inputGradient(
      from: tensor([[1, 2], [3, 4], [5, 6]], channels: 2))
    var expected = sites.map { _ in [0.0, 0.0] }
    expected[1499][0] = 1
    expected[0][1] = 2
    expected[3001][0] = 5
    expected[3000][1] = 6
    #expect(rows(gradient) == expected)
  }

  @Test("sites of events carry on through later layers")
  func chained() throws {
    let problem = PointProblem(.poolSum, count: 30, events: [0, 2], spatialSize: [8, 6])
    var random = RandomStream(seed: 3, stream: 0)
    let head = NetworkInNetwork(inputChannels: 3, outputChannels: 3, random: &random)
    let plan = Plan(try siteSet(problem.sites, batchSize: 4, spatialSize: [8, 6]))
    let pass = try LayerPass(tensor(problem.values()[0], channels: 3), plan: plan) { input in
      let events = try head(try GlobalPooling(.average)(input))
      #expect(events.sites.isOnePerEvent)
      #expect(events.sites.count == 4)
      let scaled = try Broadcast(.multiply)(input, events: events)
      return try Pruning(.highest(3, channel: 1))(scaled)
    }
    #expect(pass.output.sites.eventRows.map(\.count) == [3, 0, 3, 0])
    let gradient = try pass.inputGradient(
      from: Tensor(rows: 6, channels: 3, [Float](repeating: 1, count: 18)))
    #expect(gradient.array.contains { $0 != 0 })
    #expect(head.weight.gradient.array.contains { $0 != 0 })
  }
}
