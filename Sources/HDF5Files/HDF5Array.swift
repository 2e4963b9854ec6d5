import CHDF5
import Files

/// Arrays of numbers, and the file that is made for them.
extension HDF5Handle {
  /// Makes a file, in place of one of this name.
  ///
  /// It is not locked: files are made under names of their own, and a child process begun meanwhile would
  /// inherit the lock and keep the finished file from being read.
  package static func makeFile(_ path: String) -> HDF5Handle? {
    HDF5.silence()
    guard !WriteOperation.open.isRefused,
      let access = HDF5Handle(H5Pcreate(submanifold_h5_file_access())),
      H5Pset_file_locking(access.identifier, false, true) >= 0
    else { return nil }
    return HDF5Handle(
      H5Fcreate(path, submanifold_h5_truncate(), HDF5.standard, access.identifier))
  }

  /// Makes a group.
  package func makeGroup(_ name: String) -> HDF5Handle? {
    HDF5Handle(H5Gcreate2(identifier, name, HDF5.standard, HDF5.standard, HDF5.standard))
  }

  /// Hands what a file holds to the system; false when that fails.
  package func flushFile() -> Bool {
    !WriteOperation.flush.isRefused && H5Fflush(identifier, H5F_SCOPE_GLOBAL) >= 0
  }

  /// Makes an array of single precision in a group, in one piece.
  ///
  /// - Parameter values: as many as the product of the extents.
  package func makeArray(
    _ name: String, shape: [Int], values: UnsafePointer<Float>
  ) throws(HDF5Failure) {
    try HDF5.checkDisk()
    let extents = shape.map { hsize_t($0) }
    guard let space = HDF5Handle(H5Screate_simple(Int32(extents.count), extents, nil)),
      let array = makeArray(name, space)
    else { throw HDF5Failure(reason: HDF5.reason()) }
    try array.writeArray(values)
  }

  private func makeArray(_ name: String, _ space: HDF5Handle) -> HDF5Handle? {
    // Without the time of writing, equal contents make equal files.
    guard let creation = HDF5Handle(H5Pcreate(submanifold_h5_dataset_create())),
      creation.forgetTimes()
    else { return nil }
    return makeArray(name, space, creation)
  }

  private func forgetTimes() -> Bool { H5Pset_obj_track_times(identifier, false) >= 0 }

  private func makeArray(
    _ name: String, _ space: HDF5Handle, _ creation: HDF5Handle
  ) -> HDF5Handle? {
    HDF5Handle(
      H5Dcreate2(
        identifier, name, submanifold_h5_native_float(), space.identifier, HDF5.standard,
        creation.identifier, HDF5.standard))
  }

  private func writeArray(_ values: UnsafePointer<Float>) throws(HDF5Failure) {
    try HDF5.check(
      H5Dwrite(
        identifier, submanifold_h5_native_float(), HDF5.standard, HDF5.standard, HDF5.standard,
        values))
  }

  /// All numbers of a dataset, in single precision.
  ///
  /// - Parameter count: their number, which the caller has read from its extents and found possible.
  package func readArray(count: Int) throws(HDF5Failure) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    guard count > 0 else { return values }
    try HDF5.check(
      H5Dread(
        identifier, submanifold_h5_native_float(), HDF5.standard, HDF5.standard, HDF5.standard,
        &values))
    return values
  }
}
