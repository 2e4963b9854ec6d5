import Autodiff
import Layers
import Sites
import Tensors
import TestSites
import Testing

@testable import CosmicTagger

@Suite("How heads are judged")
struct HeadFiguresTests {
  private let geometry: ImageGeometry

  init() throws {
    let event = event(
      [Pixels(projection: 0, size: [64, 32]), Pixels(projection: 1, size: [64, 32])], [])
    geometry = try ImageGeometry(event, data { $0.downsample = 1 })
  }

  @Test("the largest score is the kind, of equal ones the first")
  func kinds() throws {
    var figures = HeadFigures()
    let scores = Tensor(rows: 3, channels: 4, [0, 2, 1, 0, 5, 5, 1, 0, 0, 0, 0, 1])
    try figures.judgeKinds(
      scores,
      HeadTargets(
        kinds: [.muonNeutrino, .electronNeutrino, .neutralCurrent],
        vertices: [[nil, nil], [nil, nil], [nil, nil]]))
    #expect(figures.kinds == HeadFigures.Share(count: 3, sum: 2))
    #expect(figures.named.map(\.name) == ["acc-event-label"])
  }

  /// Cells of 4 rows and 8 columns on images of 16×32 pixels, of 32×64 voxels.
  private func judged(_ cells: [[Int]], _ scores: [[Double]], _ vertices: [SIMD2<Double>?]) throws
    -> HeadFigures
  {
    let sites = try siteSet(cells, batchSize: 1, spatialSize: [2, 4, 8])
    let input = try SparseTensor(
      tensor(scores, channels: 3), plan: Plan(sites), tape: Tape(.inference))
    var figures = HeadFigures()
    figures.judgeVertices(
      input, HeadTargets(kinds: [.muonNeutrino], vertices: [vertices]), geometry)
    return figures
  }

  @Test("the right cell is a detection, and the distance is counted in stored voxels")
  func vertices() throws {
    let cells = [[0, 0, 1, 2], [0, 0, 3, 2], [0, 1, 0, 0]]
    let scores: [[Double]] = [[3, 0, 0], [1, 0, 0], [-9, 0, 0]]
    // The middle of the cell, and a vertex two cells farther on the other plane.
    let figures = try judged(
      cells, scores, [SIMD2(1.5 / 4, 2.5 / 8), SIMD2(0.5 / 4, 2.5 / 8)])
    #expect(figures.detections == [.init(count: 1, sum: 1), .init(count: 1, sum: 0)])
    #expect(figures.distances[0].mean == 0)
    // Two cells of eight voxels.
    #expect(abs(figures.distances[1].mean - 16) < 1e-9)
    #expect(figures.named.map(\.name) == ["vertex-detection", "vertex-resolution"])
  }

  @Test("planes without a vertex do not count, nor have planes without cells a distance")
  func nothing() throws {
    let none = try judged([[0, 0, 1, 2]], [[1, 0, 0]], [nil, nil])
    #expect(none.detections.allSatisfy { $0.count == 0 })
    #expect(none.named.allSatisfy { $0.value.isNaN })
    let without = try judged([[0, 0, 1, 2]], [[1, 0, 0]], [nil, SIMD2(0.1, 0.1)])
    #expect(without.detections[1] == .init(count: 1, sum: 0))
    #expect(without.distances[1].count == 0)
  }

  @Test("figures of several batches add up")
  func sums() throws {
    var sum = HeadFigures()
    for scores in [[[3.0, 0, 0]], [[1.0, 2, 2]]] {
      sum.add(try judged([[0, 0, 1, 2]], scores, [SIMD2(1.5 / 4, 2.5 / 8), nil]))
    }
    #expect(sum.detections.map(\.count) == [2, 0])
    #expect(sum.detections[0].mean == 1)
    #expect(sum.kinds == nil)
  }
}
