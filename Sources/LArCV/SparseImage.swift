/// The geometry of one projection's image, as stored in `image_meta`.
///
/// Axes keep the order of the file.  In two dimensions the flat id of a voxel is
/// `coordinate0 × voxelCounts[1] + coordinate1`: the last axis is the fastest.
public struct ImageMeta: Hashable, Codable, Sendable {
  /// False for an image that was never filled; larcv3 refuses to use such an image.
  public var isValid: Bool
  /// The wire plane's number (-1 in an invalid image that stores none).
  public var projection: Int
  /// Voxels along each axis; two for `sparse2d`, three for `sparse3d`.
  public var voxelCounts: [Int]
  /// The physical length of each whole axis.
  public var imageSizes: [Double]
  /// The physical position of each axis' beginning.
  public var origin: [Double]

  /// A valid image of voxels of unit length that begins at the origin.
  public init(projection: Int, voxelCounts: [Int]) {
    self.init(
      isValid: true, projection: projection, voxelCounts: voxelCounts,
      imageSizes: voxelCounts.map(Double.init), origin: voxelCounts.map { _ in 0 })
  }

  /// An image with every stored property given.
  public init(
    isValid: Bool, projection: Int, voxelCounts: [Int], imageSizes: [Double], origin: [Double]
  ) {
    self.isValid = isValid
    self.projection = projection
    self.voxelCounts = voxelCounts
    self.imageSizes = imageSizes
    self.origin = origin
  }

  /// The number of voxels of the whole image; nil when it has no axis, an axis without voxels, or
  /// more voxels than can be counted.
  public var volume: Int? {
    var product = voxelCounts.isEmpty ? 0 : 1
    for count in voxelCounts {
      let (next, overflows) = product.multipliedReportingOverflow(by: count)
      guard count > 0, !overflows else { return nil }
      product = next
    }
    return product > 0 ? product : nil
  }
}

/// The stored voxels of one projection of one event, in stored order.
public struct SparseImage: Sendable, Hashable {
  /// The geometry.
  public var meta: ImageMeta
  /// Flat voxel ids; row i of the image is `ids[i]`, `values[i]`.
  public var ids: [UInt64]
  /// The value of each voxel: charge, or a label.
  public var values: [Float]

  /// An image of the given voxels.
  public init(meta: ImageMeta, ids: [UInt64], values: [Float]) {
    self.meta = meta
    self.ids = ids
    self.values = values
  }
}
