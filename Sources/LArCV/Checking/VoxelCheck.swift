/// Looks at every voxel of an image.
struct VoxelCheck {
  /// The dataset of the voxels.
  let path: String
  /// Whether values name classes.
  let isLabel: Bool

  /// Adds what is wrong with an image's voxels.
  ///
  /// - Parameter place: What the image is in its event: `projection 2`.
  func run(
    _ image: SparseImage, entry: Int, place: @autoclosure () -> String,
    _ problems: inout ProblemList
  ) {
    let volume = UInt64(clamping: image.meta.volume ?? .max)
    var previous: UInt64?
    for position in image.ids.indices {
      let id = image.ids[position]
      let value = image.values[position]
      if let previous, id <= previous {
        if id == previous {
          problems.add(
            .repeated, path, entry: entry, "\(place()): voxel \(position) repeats id \(id)")
        } else {
          problems.add(
            .order, path, entry: entry,
            "\(place()): voxel \(position) has id \(id) after \(previous)")
        }
      }
      previous = id
      if id >= volume {
        problems.add(
          .outside, path, entry: entry,
          "\(place()): voxel \(position) has id \(id), outside the image of \(volume) voxels")
      }
      if !value.isFinite {
        problems.add(
          .finite, path, entry: entry,
          "\(place()): voxel \(position) (id \(id)) has value \(value)")
      } else if isLabel, value != 0, value != 1, value != 2 {
        problems.add(
          .label, path, entry: entry,
          "\(place()): voxel \(position) (id \(id)) has label \(value), which is not 0, 1 or 2")
      }
    }
  }
}
