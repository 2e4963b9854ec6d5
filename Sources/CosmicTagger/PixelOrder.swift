import LArCV

/// Which stored voxels make which pixel of an image, pixels ascending by drift row and wire.
///
/// Files store voxels by wire and sites are by drift row, so every image is transposed. Rows and wires
/// are small numbers, and voxels are counted by them instead of compared: a pass over the voxels
/// to count, one to place them. Voxels of one pixel keep their stored order, because float sums
/// depend on it.
struct PixelOrder {
  /// The pixels' keys without plane and event, ascending strictly: row × `PixelKeys.rowStep` + wire.
  private(set) var keys: [UInt64] = []
  /// Positions in the stored image, pixel by pixel.
  private let order: [Int32]
  /// Where in `order` the voxels of each pixel begin, and where the last one's end; empty when every
  /// pixel has one voxel.
  private var starts: [Int32] = []

  /// Sorts an image's voxels by the keys of their pixels.
  init(_ stored: [UInt64], _ form: PixelKeys) {
    let sorted = form.sorted(stored)
    order = sorted.map(\.index)
    keys.reserveCapacity(order.count)
    guard !sorted.indices.dropFirst().allSatisfy({ sorted[$0 - 1].key < sorted[$0].key }) else {
      keys = sorted.map(\.key)
      return
    }
    for (position, voxel) in sorted.enumerated() where keys.last != voxel.key {
      keys.append(voxel.key)
      starts.append(Int32(position))
    }
    starts.append(Int32(order.count))
  }

  /// One value for each pixel, of its voxels' values in stored order.
  func combined(_ values: [Float], _ combine: (Float, Float) -> Float) -> [Float] {
    guard !starts.isEmpty else { return order.map { values[Int($0)] } }
    return keys.indices.map { pixel in
      let voxels = order[Int(starts[pixel])..<Int(starts[pixel + 1])]
      return voxels.dropFirst().reduce(values[Int(voxels[voxels.startIndex])]) {
        combine($0, values[Int($1)])
      }
    }
  }
}
