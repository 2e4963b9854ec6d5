import Foundation
import Layers
import Tensors
import Training

/// How well heads did, over any number of events.
///
/// Of the vertex, only events and planes that have one count.
public struct HeadFigures: Codable, Equatable, Sendable {
  /// What one head says of all events.
  public struct Share: Codable, Equatable, Sendable {
    /// How many were judged.
    public var count = 0
    /// The sum of what was found of each.
    public var sum = 0.0

    /// The mean; not a number without any.
    public var mean: Double { count == 0 ? .nan : sum / Double(count) }

    mutating func add(_ value: Double) {
      count += 1
      sum += value
    }

    static func + (left: Share, right: Share) -> Share {
      Share(count: left.count + right.count, sum: left.sum + right.sum)
    }
  }

  /// Events whose kind is right, if there is a head for it.
  public var kinds: Share?
  /// For each plane, vertices whose cell has the largest score.
  public var detections: [Share] = []
  /// For each plane, how far from the vertex the predicted one lies, in stored voxels.
  public var distances: [Share] = []

  /// Nothing yet.
  public init() {}

  /// Those of the same heads before anything is judged: nobody knows them.
  var unjudged: HeadFigures {
    var unjudged = HeadFigures()
    unjudged.kinds = kinds.map { _ in Share() }
    unjudged.detections = detections.map { _ in Share() }
    unjudged.distances = distances.map { _ in Share() }
    return unjudged
  }

  /// Adds what was found in other events.
  public mutating func add(_ other: HeadFigures) {
    kinds = [kinds, other.kinds].compactMap(\.self).reduce(nil) { ($0 ?? Share()) + $1 }
    detections = Self.sums(detections, other.detections)
    distances = Self.sums(distances, other.distances)
  }

  private static func sums(_ left: [Share], _ right: [Share]) -> [Share] {
    left.isEmpty ? right : right.isEmpty ? left : zip(left, right).map { $0 + $1 }
  }

  /// The figures of a line of a step, with the original's names in small letters, and in tables as it has
  /// them.
  var named: [(name: String, table: String, value: Double)] {
    var named: [(String, String, Double)] = []
    if let kinds { named.append(("acc-event-label", "EventLabel", kinds.mean)) }
    if !detections.isEmpty {
      named.append(("vertex-detection", Self.detection, Self.mean(detections)))
      named.append(("vertex-resolution", Self.resolution, Self.mean(distances)))
    }
    return named
  }

  private static let detection = "VertexDetection"
  private static let resolution = "VertexResolution"

  /// Those of one plane, as tables have them.
  func named(ofPlane plane: Int) -> [(table: String, value: Double)] {
    guard plane < detections.count, plane < distances.count else { return [] }
    return [
      (Self.detection, detections[plane].mean), (Self.resolution, distances[plane].mean),
    ]
  }

  private static func mean(_ planes: [Share]) -> Double {
    let known = planes.map(\.mean).filter { !$0.isNaN }
    return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
  }

  /// Judges kinds of events: `[events, kinds]` scores.
  ///
  /// - Throws: `TrainingError` for more kinds than can be told apart.
  mutating func judgeKinds(_ scores: Tensor, _ targets: HeadTargets) throws(TrainingError) {
    var share = Share()
    for (said, kind) in zip(try predictions(scores), targets.kinds) {
      share.add(said == kind.rawValue ? 1 : 0)
    }
    kinds = share
  }

  /// Judges vertices: the cell with the largest score, and the place it says.
  ///
  /// Of equal scores the first cell counts; a plane without sites finds nothing.
  mutating func judgeVertices(
    _ scores: SparseTensor, _ targets: HeadTargets, _ geometry: ImageGeometry
  ) {
    let planes = geometry.planes
    let values = scores.features.value.values
    let cells = VertexCells(scores.sites, targets)
    var best = [Int?](repeating: nil, count: targets.kinds.count * planes)
    for row in 0..<scores.rows {
      let (event, plane) = cells.image(row: row)
      let image = event * planes + plane
      if best[image].map({ values[3 * row] > values[3 * $0] }) ?? true { best[image] = row }
    }
    detections = [Share](repeating: Share(), count: planes)
    distances = detections
    let extents = SIMD2(Double(scores.spatialSize[1]), Double(scores.spatialSize[2]))
    let voxels =
      SIMD2(Double(geometry.rows), Double(geometry.columns)) * Double(geometry.reduction)
    for (event, vertices) in targets.vertices.enumerated() {
      for (plane, vertex) in vertices.enumerated() {
        guard let vertex else { continue }
        let row = best[event * planes + plane]
        detections[plane].add(row.flatMap { cells.offset(row: $0) } == nil ? 0 : 1)
        guard let row else { continue }
        let place = cells.place(row: row)
        let offset = SIMD2(
          VertexLoss.sigmoid(Double(values[3 * row + 1])),
          VertexLoss.sigmoid(Double(values[3 * row + 2])))
        let said = (SIMD2(Double(place.x), Double(place.y)) + offset) / extents
        let distance = (said - vertex) * voxels
        distances[plane].add((distance * distance).sum().squareRoot())
      }
    }
  }
}
