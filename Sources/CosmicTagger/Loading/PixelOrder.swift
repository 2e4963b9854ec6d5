import LArCV

/// Which stored voxels make which pixel of an image, pixels ascending by drift row and wire.
///
/// Files store voxels by wire and sites are by drift row, so every image is transposed. Rows and wires
/// are small numbers, and voxels are counted by them instead of compared: a pass over the voxels
/// to count, one to place them. Voxels of one pixel keep their stored order, because float sums
/// depend on it.
struct PixelOrder {
  /// The pixels' keys (see `PixelKeys`), ascending strictly.
  let keys: [UInt64]
  /// Positions in the stored image, pixel by pixel.
  private let order: [Int32]
  /// Where in `order` the voxels of each pixel begin, and where the last one's end; empty when every
  /// pixel has one voxel.
  private let starts: [Int32]

  /// Sorts the voxels of an image by the keys of their pixels.
  init(_ stored: [UInt64], _ form: PixelKeys) {
    let sorted = form.sorted(stored)
    order = sorted.order
    guard !zip(sorted.keys, sorted.keys.dropFirst()).allSatisfy(<) else {
      keys = sorted.keys
      starts = []
      return
    }
    var keys: [UInt64] = []
    var starts: [Int32] = []
    for (position, key) in sorted.keys.enumerated() where keys.last != key {
      keys.append(key)
      starts.append(Int32(position))
    }
    self.keys = keys
    self.starts = starts + [Int32(order.count)]
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
