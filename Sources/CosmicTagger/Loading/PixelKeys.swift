import LArCV
import Sites

/// How the flat ids of a stored image become keys of pixels, and how those are sorted.
///
/// A key is that of a site without event and plane: row × `rowStep` + wire.
struct PixelKeys {
  private let geometry: ImageGeometry
  /// A power of two beyond any wire; zero in an image of one row.
  private let rowStep: UInt64
  private let rowShift: UInt64
  private let wireMask: UInt64

  /// Keys, and the positions in the stored image of the voxels they are of.
  struct Sorted {
    var keys: [UInt64]
    var order: [Int32]
  }

  init(_ geometry: ImageGeometry, _ packing: SitePacking) throws(SiteError) {
    self.geometry = geometry
    rowStep = try packing.key(event: 0, [0, min(1, geometry.rows - 1), 0])
    rowShift = rowStep == 0 ? 63 : UInt64(rowStep.trailingZeroBitCount)
    wireMask = (1 << rowShift) - 1
  }

  /// The pixel of each voxel of an image.
  ///
  /// - Throws: `TaggerError` for a voxel outside the image.
  func keys(_ image: SparseImage, _ event: DetectorEvent) throws(TaggerError) -> [UInt64] {
    let width = UInt64(geometry.stored[1])
    let shift = UInt64(geometry.reduction.trailingZeroBitCount)
    let (firstStep, secondStep) = geometry.isWireFirst ? (1, rowStep) : (rowStep, 1)
    var last: UInt64 = 0
    let keys = image.ids.map { id in
      let first = id / width
      let second = id &- first &* width
      last = max(last, first)
      return (first &>> shift) &* firstStep &+ (second &>> shift) &* secondStep
    }
    guard last < geometry.stored[0] else {
      throw TaggerError(
        .badData,
        "projection \(image.meta.projection) of \(event.name) has a voxel in line \(last) of an "
          + "image of \(geometry.stored[0])×\(width) pixels: produce the file again")
    }
    return keys
  }

  /// Voxels by key, those of one key as they were.
  func sorted(_ keys: [UInt64]) -> Sorted {
    let stored = Sorted(keys: keys, order: Array(0..<Int32(keys.count)))
    // The memory of counters must follow the voxels, not what a file claims of its image.
    guard max(geometry.rows, geometry.columns) <= Self.mostCounters else {
      let order = stored.order.sorted {
        (keys[Int($0)], $0) < (keys[Int($1)], $1)
      }
      return Sorted(keys: order.map { keys[Int($0)] }, order: order)
    }
    let mask = wireMask
    let shift = rowShift
    let byWire =
      areByWire(keys) ? stored : counted(stored, geometry.columns) { Int($0 & mask) }
    return counted(byWire, geometry.rows) { Int($0 &>> shift) }
  }

  private static let mostCounters = 1 << 20

  /// Whether wires never descend, as in files.
  private func areByWire(_ keys: [UInt64]) -> Bool {
    var last: UInt64 = 0
    for key in keys {
      guard last <= key & wireMask else { return false }
      last = key & wireMask
    }
    return true
  }

  /// Voxels by a small number, those of one number as they were.
  @inline(__always)
  private func counted(_ voxels: Sorted, _ numbers: Int, _ number: (UInt64) -> Int) -> Sorted {
    var next = [Int32](repeating: 0, count: numbers + 1)
    for key in voxels.keys { next[number(key) + 1] += 1 }
    for number in 1..<next.count { next[number] += next[number - 1] }
    var order: [Int32] = []
    let keys = [UInt64](unsafeUninitializedCapacity: voxels.keys.count) { keys, keyCount in
      order = [Int32](unsafeUninitializedCapacity: voxels.keys.count) { order, orderCount in
        for (key, index) in zip(voxels.keys, voxels.order) {
          let place = Int(next[number(key)])
          next[number(key)] += 1
          keys.initializeElement(at: place, to: key)
          order.initializeElement(at: place, to: index)
        }
        orderCount = voxels.keys.count
      }
      keyCount = voxels.keys.count
    }
    return Sorted(keys: keys, order: order)
  }
}
