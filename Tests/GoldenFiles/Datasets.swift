import CHDF5

/// Reading whole datasets. All conversions between number types are HDF5's own.
extension GoldenGroup {
  /// The extent of a dataset along each axis; empty for a scalar.
  ///
  /// - Throws: `GoldenFileError` if there is no such dataset.
  public func shape(of dataset: String) throws -> [Int] {
    try withDataset(dataset) { handle in try extents(of: handle, dataset) }
  }

  /// A dataset as doubles, row-major.
  public func doubles(_ dataset: String) throws -> [Double] {
    try read(dataset, as: submanifold_h5_native_double(), zero: 0.0)
  }

  /// A dataset as single-precision numbers, row-major.
  public func floats(_ dataset: String) throws -> [Float] {
    try read(dataset, as: submanifold_h5_native_float(), zero: Float(0))
  }

  /// A dataset as integers, row-major.
  public func integers(_ dataset: String) throws -> [Int] {
    try read(dataset, as: submanifold_h5_native_int64(), zero: Int64(0)).map(Int.init)
  }

  /// A two-dimensional dataset as rows × channels.
  public func rows(_ dataset: String) throws -> [[Double]] {
    try split(doubles(dataset), shape: shape(of: dataset), dataset)
  }

  /// Coordinates as sites with the batch first.
  ///
  /// Golden files keep the batch in the last column; every site here is
  /// `[batch, first coordinate, …, last coordinate]`, in the file's row order.
  public func sites(_ dataset: String) throws -> [[Int]] {
    try split(integers(dataset), shape: shape(of: dataset), dataset).map { row in
      row.suffix(1) + row.dropLast()
    }
  }

  private func split<Value>(
    _ values: [Value], shape: [Int], _ dataset: String
  ) throws -> [[Value]] {
    guard shape.count == 2 else {
      throw GoldenFileError(
        "\(file.path) dataset \(path(of: dataset)) has shape \(shape), not rows and columns.")
    }
    let width = shape[1]
    return (0..<shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  private func read<Value: BitwiseCopyable>(
    _ dataset: String, as type: hid_t, zero: Value
  ) throws -> [Value] {
    try withDataset(dataset) { handle in
      let count = try extents(of: handle, dataset).reduce(1, *)
      var values = [Value](repeating: zero, count: count)
      guard count > 0 else { return values }
      guard H5Dread(handle, type, 0, 0, 0, &values) >= 0 else {
        throw GoldenFileError(
          "\(file.path) dataset \(path(of: dataset)) cannot be read as \(Value.self).")
      }
      return values
    }
  }

  private func withDataset<Result>(
    _ dataset: String, _ body: (hid_t) throws -> Result
  ) throws -> Result {
    let target = path(of: dataset)
    return try withHDF5 {
      try withHandle(
        H5Dopen2(file.handle, target, 0), close: H5Dclose,
        orThrow: "\(file.path) has no dataset \(target).", body)
    }
  }

  private func extents(of handle: hid_t, _ dataset: String) throws -> [Int] {
    try withHandle(
      H5Dget_space(handle), close: H5Sclose,
      orThrow: "\(file.path) dataset \(path(of: dataset)) has no shape."
    ) { space in dimensions(of: space) }
  }
}

/// The extents of a dataspace; empty for a scalar.
func dimensions(of space: hid_t) -> [Int] {
  let rank = H5Sget_simple_extent_ndims(space)
  guard rank > 0 else { return [] }
  var extents = [hsize_t](repeating: 0, count: Int(rank))
  H5Sget_simple_extent_dims(space, &extents, nil)
  return extents.map(Int.init)
}
