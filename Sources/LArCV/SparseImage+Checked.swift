import HDF5Files

extension SparseImage {
  /// Checks that the image is fit for training, and returns it.
  ///
  /// Fit means: a valid geometry, as many values as ids, ids strictly ascending (so none twice) and
  /// below the image's volume, values finite.  Costs one pass over the voxels.
  ///
  /// - Parameters:
  ///   - file: The file's path, for the error's sentence.
  ///   - product: The product the image belongs to, for the error's sentence.
  ///   - entry: The event's entry number, for the error's sentence.
  /// - Throws: `LArCVError` of kind `badData` naming file, product, event, projection, the position
  ///   of the first voxel at fault, and its value.
  @discardableResult
  public func checkedForTraining(
    file: String, product: Product, entry: Int
  ) throws(LArCVError) -> SparseImage {
    guard let fault = firstFault else { return self }
    throw .badData(
      file,
      "\(product), event \(entry), projection \(meta.projection): \(fault); "
        + "leave this event out or produce the file again")
  }

  /// Whether nothing makes it unfit.
  public var isFit: Bool { firstFault == nil }

  /// What makes the image unfit, in words; nil when it is fit.
  var firstFault: String? {
    guard meta.isValid else { return "the image is marked as not valid" }
    guard let volume = meta.volume else { return "an image of \(meta.voxelCounts) voxels" }
    guard ids.count == values.count else { return "\(ids.count) ids but \(values.count) values" }
    var previous: UInt64?
    for (position, (id, value)) in zip(ids, values).enumerated() {
      if let previous, id <= previous {
        return id == previous
          ? "voxel \(position) repeats id \(id)"
          : "voxel \(position) has id \(id) after \(previous), ids must ascend"
      }
      guard id < UInt64(volume) else {
        return "voxel \(position) has id \(id), outside the image of \(volume) voxels"
      }
      guard value.isFinite else { return "voxel \(position) (id \(id)) has value \(value)" }
      previous = id
    }
    return nil
  }
}
