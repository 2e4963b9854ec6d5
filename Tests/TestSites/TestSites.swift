import Autodiff
import Sites
import Tensors

/// Production's sites and values, written as the oracle writes them.

/// A production site set of sites in any order, `[batch, first coordinate, …]`.
public func siteSet(_ sites: [[Int]], batchSize: Int, spatialSize: [Int]) throws -> SiteSet {
  let packing = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
  let keys = try sites.map { try packing.key(event: $0[0], Array($0.dropFirst())) }
  return try SiteSet(packing: packing, sortedKeys: keys.sorted())
}

/// The sites of a production set as the oracle writes them.
public func coordinates(_ sites: SiteSet) -> [[Int]] {
  (0..<sites.count).map { [sites.packing.event(of: sites.keys[$0])] + sites.coordinates(row: $0) }
}

/// Values rows × channels in single precision.
public func tensor(_ rows: [[Double]], channels: Int) -> Tensor {
  Tensor(rows: rows.count, channels: channels, rows.joined().map { Float($0) })
}

/// Rows × channels of a tensor in double precision.
public func rows(_ tensor: Tensor) -> [[Double]] {
  (0..<tensor.rows).map { row in (0..<tensor.channels).map { Double(tensor[row, $0]) } }
}

extension Parameter {
  /// Takes values from elsewhere, row-major.
  public func set(_ values: [Double]) {
    value.copy(
      from: Tensor(rows: value.rows, channels: value.channels, values.map { Float($0) }))
  }

  /// The values in double precision.
  public var doubles: [Double] { value.array.map(Double.init) }

  /// The gradient in double precision.
  public var gradientDoubles: [Double] { gradient.array.map(Double.init) }
}
