import LArCV
import Sites

/// How the flat ids of a stored image become keys of pixels, and how those are sorted.
struct PixelKeys {
  /// The difference of the keys of two neighbouring rows: a power of two beyond any wire; zero in
  /// an image of one row.
  let rowStep: UInt64
  private let geometry: ImageGeometry

  /// A voxel's pixel, and its position in the stored image.
  struct Voxel {
    let key: UInt64
    let index: Int32
  }

  init(_ geometry: ImageGeometry, _ packing: SitePacking) throws(SiteError) {
    self.geometry = geometry
    rowStep = try packing.key(event: 0, [0, min(1, geometry.rows - 1), 0])
  }

  /// The pixel of each voxel of an image.
  ///
  /// - Throws: `TaggerError` for a voxel outside the image.
  func keys(_ image: SparseImage, _ event: DetectorEvent) throws(TaggerError) -> [UInt64] {
    let extents = geometry.stored.map(UInt64.init)
    if let largest = image.ids.max(), largest / extents[1] >= extents[0] {
      throw TaggerError(
        .badData,
        "projection \(image.meta.projection) of \(event.name) has a voxel \(largest), outside its "
          + "image of \(extents[0])×\(extents[1]) pixels: produce the file again")
    }
    let width = extents[1]
    let shift = UInt64(geometry.reduction.trailingZeroBitCount)
    let (firstStep, secondStep) = geometry.isWireFirst ? (1, rowStep) : (rowStep, 1)
    return image.ids.map { id in
      let first = id / width
      let second = id &- first &* width
      return (first &>> shift) &* firstStep &+ (second &>> shift) &* secondStep
    }
  }

  /// Voxels by key, those of one key as they were.
  func sorted(_ keys: [UInt64]) -> [Voxel] {
    let voxels = keys.enumerated().map { Voxel(key: $1, index: Int32($0)) }
    let shift = rowStep == 0 ? 63 : UInt64(rowStep.trailingZeroBitCount)
    let wires: UInt64 = (1 << shift) - 1
    // The memory of counters must follow the voxels, not what a file claims of its image.
    guard max(geometry.rows, geometry.columns) <= Self.mostCounters else {
      return voxels.sorted { ($0.key, $0.index) < ($1.key, $1.index) }
    }
    let areByWire = zip(keys, keys.dropFirst()).allSatisfy { $0 & wires <= $1 & wires }
    let byWire = areByWire ? voxels : counted(voxels, geometry.columns) { $0 & wires }
    return counted(byWire, geometry.rows) { $0 &>> shift }
  }

  private static let mostCounters = 1 << 20

  /// Voxels by a small number, those of one number as they were.
  private func counted(
    _ voxels: [Voxel], _ numbers: Int, _ number: (UInt64) -> UInt64
  ) -> [Voxel] {
    var next = [Int32](repeating: 0, count: numbers + 1)
    for voxel in voxels { next[Int(number(voxel.key)) + 1] += 1 }
    for number in 1..<next.count { next[number] += next[number - 1] }
    return [Voxel](unsafeUninitializedCapacity: voxels.count) { sorted, count in
      for voxel in voxels {
        let place = Int(number(voxel.key))
        sorted.initializeElement(at: Int(next[place]), to: voxel)
        next[place] += 1
      }
      count = voxels.count
    }
  }
}
