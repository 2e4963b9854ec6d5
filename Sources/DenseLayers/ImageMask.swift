import Autodiff
import Kernels
import Layers
import Sites
import Tensors

/// The pixels of a batch of images that count: the sites of a sparse network, as a dense one sees them.
public final class ImageMask {
  /// For each row whether it counts, in the order of `DenseImages`.
  let isActive: [Bool]

  /// The rows that count, ascending.
  public let activeRows: [Int32]

  /// The mask that a filter and stride lead to, once it has been asked for.
  private var known: [[Int]: ImageMask] = [:]

  init(isActive: [Bool]) {
    self.isActive = isActive
    activeRows = isActive.indices.filter { isActive[$0] }.map { Int32($0) }
  }

  /// The mask of sites of (plane, row, column), and for each site its row.
  ///
  /// - Throws: `LayerError` for sites of other than three axes, or more pixels than can be counted.
  public static func of(_ sites: SiteSet) throws(LayerError) -> (mask: ImageMask, rows: [Int32]) {
    let size = sites.spatialSize
    guard size.count == 3 else {
      throw LayerError.denseValues(
        found: sites.count, batchSize: sites.batchSize, spatialSize: size, channels: 1)
    }
    let pixels = try DenseTensor.rows(sites.batchSize, size, channels: 1)
    var isActive = [Bool](repeating: false, count: pixels)
    var rows: [Int32] = []
    rows.reserveCapacity(sites.count)
    let packing = sites.packing
    for key in sites.keys {
      let plane = packing.coordinate(of: key, axis: 0)
      let image = plane * sites.batchSize + packing.event(of: key)
      let row = image * size[1] + packing.coordinate(of: key, axis: 1)
      let pixel = row * size[2] + packing.coordinate(of: key, axis: 2)
      isActive[pixel] = true
      rows.append(Int32(pixel))
    }
    return (ImageMask(isActive: isActive), rows)
  }

  /// The features with zeros where rows do not count.
  func applied(to features: Variable) -> Variable {
    scattered(gathered(features), rows: features.rows)
  }

  /// The features of the rows that count, one after the other.
  func gathered(_ features: Variable) -> Variable { features.gathered(from: activeRows) }

  /// Features of the rows that count, at their places among zeros.
  func scattered(_ features: Variable, rows: Int) -> Variable {
    features.scattered(to: activeRows, rowCount: rows)
  }

  /// The mask after a filter that reaches every pixel at most once: a pixel counts if any of its window
  /// does.
  func coarser(filter: [Int], stride: [Int], to size: [Int], batchSize: Int) -> ImageMask {
    if let mask = known[filter + stride] { return mask }
    let mask = ImageMask(
      isActive: coarserRows(filter: filter, stride: stride, to: size, batchSize: batchSize))
    known[filter + stride] = mask
    return mask
  }

  private func coarserRows(
    filter: [Int], stride: [Int], to size: [Int], batchSize: Int
  ) -> [Bool] {
    let fine = (0..<3).map { (size[$0] - 1) * stride[$0] + filter[$0] }
    var result = [Bool](repeating: false, count: size.reduce(batchSize, *))
    for index in activeRows {
      let (row, column) = (Int(index) / fine[2] % fine[1], Int(index) % fine[2])
      let image = Int(index) / (fine[1] * fine[2])
      let (plane, event) = (image / batchSize, image % batchSize)
      for p in outputs(plane, filter[0], stride[0], size[0]) {
        for r in outputs(row, filter[1], stride[1], size[1]) {
          for c in outputs(column, filter[2], stride[2], size[2]) {
            result[((p * batchSize + event) * size[1] + r) * size[2] + c] = true
          }
        }
      }
    }
    return result
  }

  /// The positions whose window holds a finer position.
  private func outputs(_ position: Int, _ filter: Int, _ stride: Int, _ size: Int) -> Range<Int> {
    let first = max(0, (position - filter + stride) / stride)
    return first..<max(first, min(size, position / stride + 1))
  }
}
