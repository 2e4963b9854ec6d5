/// Looks at the geometry of one image.
struct MetaCheck {
  /// The dataset of the geometry.
  let path: String

  /// Adds what is wrong with it.
  func run(
    _ meta: ImageMeta, position: Int, entry: Int, _ problems: inout ProblemList
  ) {
    func add(_ kind: FileProblem.Kind, _ sentence: String) {
      problems.add(kind, path, entry: entry, "projection \(position) \(sentence)")
    }
    if !meta.isValid { add(.geometry, "is marked as not valid (valid 0), which larcv3 refuses") }
    if meta.projection != position {
      add(
        .projections, "has projection_id \(meta.projection), which must be its position")
    }
    if meta.volume == nil { add(.geometry, "has an image of \(meta.voxelCounts) voxels") }
    if meta.imageSizes.contains(where: { !$0.isFinite || $0 <= 0 }) {
      add(.geometry, "has an image \(meta.imageSizes) long")
    }
    if meta.origin.contains(where: { !$0.isFinite }) {
      add(.geometry, "begins at \(meta.origin)")
    }
  }
}
