import Autodiff
import Kernels
import Layers
import Sites
import Tensors

/// The mean of the pixels of each event: images of one plane in → one pixel for each event out, as
/// `GlobalPooling` on sites.
///
/// Pixels that do not count take no part; an event without any has zeros. Sums are made in double
/// precision. Cost: one addition a value.
public struct EventAverage: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// A layer without parameters.
  public init() {}

  /// Averages.
  ///
  /// - Throws: `LayerError` for images of several planes.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    guard input.spatialSize[0] == 1 else {
      throw LayerError.notCovered(layer: description, spatialSize: input.spatialSize)
    }
    let counting = input.mask?.gathered(input.features) ?? input.features
    let means = counting.sums(of: Segments(input.eventRows()), dividing: true)
    return try DenseImages(means, batchSize: input.batchSize, spatialSize: [1, 1, 1])
  }

  /// As the sparse layer prints it.
  public var description: String { "GlobalPooling average" }
}

extension DenseImages {
  /// For images of one plane, the places of each event's rows among those that count.
  fileprivate func eventRows() -> [Range<Int>] {
    let perEvent = spatialSize[1] * spatialSize[2]
    let rows = (0..<batchSize).map { [$0 * perEvent..<($0 + 1) * perEvent] }
    return (mask?.parts(rows) ?? rows).map { $0[0] }
  }

  /// The sites of the pixels that count, and for each its row.
  ///
  /// - Throws: `SiteError` for images of more positions than can be numbered.
  func sites() throws -> (sites: SiteSet, rows: [Int32]) {
    let packing = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
    let perImage = spatialSize[1] * spatialSize[2]
    var positions: [Int32] = []
    var rows: [Int32] = []
    for event in 0..<batchSize {
      for plane in 0..<spatialSize[0] {
        let first = (plane * batchSize + event) * perImage
        let position = (event * spatialSize[0] + plane) * perImage
        for pixel in 0..<perImage where mask?.isActive[first + pixel] ?? true {
          positions.append(Int32(position + pixel))
          rows.append(Int32(first + pixel))
        }
      }
    }
    return (try SiteSet(packing: packing, positions: positions), rows)
  }
}
