import Autodiff
import CosmicTagger
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

@Suite("The loss of the vertex head")
struct VertexLossTests {
  /// Cells of three events, the middle one without any, with vertices in some of them.
  private struct Problem {
    let sites: SiteSet
    let scores: [[Double]]
    let targets: HeadTargets
    let grid = [3, 4, 6]

    init(_ count: Int, span: Double) throws {
      var random = SplitMix(seed: 11)
      let places = randomSites(count, events: [0, 2], spatialSize: grid, random: &random)
      sites = try siteSet(places, batchSize: 3, spatialSize: grid)
      scores = random.rows(sites.count, channels: 3).map { $0.map { span * $0 } }
      let grid = grid
      // In the first event on the cell of a site, elsewhere anywhere, or nowhere.
      var vertices: [[SIMD2<Double>?]] = [
        [nil, nil, nil], [SIMD2(0.3, 0.9), nil, SIMD2(0, 0)], [SIMD2(0.999, 0.51), nil, nil],
      ]
      for place in coordinates(sites) where place[0] == 0 {
        vertices[0][place[1]] = SIMD2(
          (Double(place[2]) + 0.25) / Double(grid[1]), (Double(place[3]) + 0.75) / Double(grid[2]))
      }
      targets = HeadTargets(
        kinds: [.muonNeutrino, .cosmic, .neutralCurrent], vertices: vertices)
    }

    func expected(_ scores: [[Double]], _ loss: VertexLoss) -> Double {
      vertexLoss(
        scores, cells: coordinates(sites),
        vertices: targets.vertices.map { $0.map { $0.map { [$0.x, $0.y] } } }, grid: grid,
        detection: loss.detection, coordinates: loss.coordinates)
    }
  }

  @Test(
    "value and gradient are those of the definition",
    arguments: [
      (VertexLoss(), 2.0), (VertexLoss(detection: 1, coordinates: 0), 3.0),
      (VertexLoss(detection: 0, coordinates: 2), 1.0), (VertexLoss(), 12.0),
    ] as [(VertexLoss, Double)])
  func definition(_ loss: VertexLoss, _ span: Double) throws {
    for count in [0, 1, 40] {
      let problem = try Problem(count, span: span)
      let tape = Tape(.training)
      let input = try SparseTensor(
        tensor(problem.scores, channels: 3), plan: Plan(problem.sites), tape: tape,
        needsGradient: true)
      let found = loss(input, problem.targets)
      let scores = rows(input.features.value)
      let expected = problem.expected(scores, loss)
      #expect(abs(found.value - expected) <= 1e-9 * max(1, expected))
      let slopes = centralDifference(
        of: { flat in
          problem.expected(
            stride(from: 0, to: flat.count, by: 3).map { Array(flat[$0..<$0 + 3]) }, loss)
        }, at: scores.flatMap { $0 })
      let gradient = found.parts[0].gradient.array.map(Double.init)
      for (our, their) in zip(gradient, slopes) {
        #expect(abs(our - their) <= 1e-6 * max(1, abs(their)))
      }
    }
  }

  @Test("large scores of either sign stay finite")
  func large() throws {
    for score in [-200.0, 200] {
      let problem = try Problem(10, span: 0)
      let scores = problem.scores.map { _ in [score, score, -score] }
      let input = try SparseTensor(
        tensor(scores, channels: 3), plan: Plan(problem.sites), tape: Tape(.training))
      let found = VertexLoss()(input, problem.targets)
      #expect(found.value.isFinite)
      let areFinite = found.parts[0].gradient.array.map(\.isFinite)
      #expect(!areFinite.contains(false))
    }
  }
}
