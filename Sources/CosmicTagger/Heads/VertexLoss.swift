import Autodiff
import Foundation
import Layers
import Sites
import Tensors
import Training

/// The loss of the vertex head, as the original's: `Σ focal + planes · coordinates · Σ |offset - target|²`.
///
/// With the probability `p` that a cell holds the vertex, and `p_t` that of what is true of it, a cell
/// adds `detection · (1 - p_t)² · -log p_t` (Lin et al., arXiv:1708.02002, with a gradient through the
/// weight), divided by the number of events. Cells with a vertex add the squared distance between the
/// place that is said and the true one, both in fractions of the cell; this is a sum over the batch.
/// Only cells that have a site count; a vertex in another is not learned from.
public struct VertexLoss: Equatable, Sendable {
  /// Weight of whether a cell holds the vertex.
  public var detection: Double
  /// Weight of where in the cell it lies.
  public var coordinates: Double

  /// A loss with its weights.
  public init(detection: Double = 0.1, coordinates: Double = 0.1) {
    self.detection = detection
    self.coordinates = coordinates
  }

  /// The loss of a batch: where ranks share it, this rank's part of that of the whole batch.
  ///
  /// - Parameters:
  ///   - scores: `[cells, 3]`: presence, place along rows and along columns, all before a sigmoid.
  ///   - targets: the vertices.
  public func callAsFunction(_ scores: SparseTensor, _ targets: HeadTargets) -> Loss {
    precondition(scores.channels == 3, "a vertex head has three scores")
    let values = scores.features.value
    let gradient = scores.tape.compute.arena.zeros(rows: scores.rows, channels: 3)
    var events = [Double(targets.kinds.count)]
    scores.tape.compute.ranks?.sum(&events)
    let share = detection / max(1, events[0])
    let weight = Double(scores.spatialSize[0]) * coordinates
    let cells = VertexCells(scores.sites, targets)
    var total = 0.0
    for row in 0..<scores.rows {
      let offset = cells.offset(row: row)
      let (loss, slope) = Self.focal(Double(values.values[3 * row]), isTrue: offset != nil)
      total += share * loss
      gradient.values[3 * row] = Float(share * slope)
      guard let offset else { continue }
      for axis in 0..<2 {
        let place = Self.sigmoid(Double(values.values[3 * row + 1 + axis]))
        let error = place - offset[axis]
        total += weight * error * error
        gradient.values[3 * row + 1 + axis] = Float(2 * weight * error * place * (1 - place))
      }
    }
    return Loss(total, of: scores.features, gradient: gradient)
  }

  /// `(1 - p_t)² · -log p_t` and its derivative by the score.
  private static func focal(_ score: Double, isTrue: Bool) -> (loss: Double, slope: Double) {
    let sign = isTrue ? 1.0 : -1.0
    let right = sigmoid(sign * score)
    let miss = 1 - right
    // log(1 + exp(-s)), from the side that does not overflow.
    let entropy = log1p(exp(-abs(score))) + max(-sign * score, 0)
    return (miss * miss * entropy, -sign * miss * miss * (2 * right * entropy + miss))
  }

  static func sigmoid(_ score: Double) -> Double {
    score >= 0 ? 1 / (1 + exp(-score)) : exp(score) / (1 + exp(score))
  }
}

/// Which cells hold a vertex.
struct VertexCells {
  private let sites: SiteSet
  private let targets: HeadTargets

  init(_ sites: SiteSet, _ targets: HeadTargets) {
    precondition(targets.kinds.count == sites.batchSize, "targets of every event")
    self.sites = sites
    self.targets = targets
  }

  /// The event and plane of a cell.
  func image(row: Int) -> (event: Int, plane: Int) {
    let key = sites.keys[row]
    return (sites.packing.event(of: key), sites.packing.coordinate(of: key, axis: 0))
  }

  /// Row and column of a cell in its image.
  func place(row: Int) -> SIMD2<Int> {
    let key = sites.keys[row]
    return SIMD2(
      sites.packing.coordinate(of: key, axis: 1), sites.packing.coordinate(of: key, axis: 2))
  }

  /// Where in a cell the vertex lies, if it lies there.
  func offset(row: Int) -> SIMD2<Double>? {
    let (event, plane) = image(row: row)
    guard let vertex = targets.vertices[event][plane] else { return nil }
    let cell = HeadTargets.cell(vertex, rows: sites.spatialSize[1], columns: sites.spatialSize[2])
    return place(row: row) == SIMD2(cell.row, cell.column) ? cell.offset : nil
  }
}
