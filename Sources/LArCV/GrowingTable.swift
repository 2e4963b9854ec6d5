import CHDF5
import HDF5Files

/// Rows about to be written; what is not stored, padding included, is zero.
struct RowBuilder {
  private(set) var bytes: [UInt8]
  let count: Int
  private let stride: Int

  init(_ layout: RowLayout, count: Int) {
    self.count = count
    stride = layout.size
    bytes = [UInt8](repeating: 0, count: count * layout.size)
  }

  /// Puts a number at a byte offset of a row.
  mutating func store<Value: BitwiseCopyable>(_ value: Value, _ row: Int, _ offset: Int) {
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: value, toByteOffset: row * stride + offset, as: Value.self)
    }
  }
}

/// A table of a file being written, which grows by appending rows.
final class GrowingTable {
  private(set) var rowCount = 0
  private let file: String
  private let name: String
  private let dataset: HDF5Handle
  private let rowType: HDF5Handle

  /// Makes an empty table; `deflate` nil writes its chunks as they are.
  init(
    file: String, group: HDF5Handle, name: String, layout: RowLayout, deflate: Int?
  ) throws(LArCVError) {
    self.file = file
    self.name = name
    guard let rowType = layout.compoundType(),
      let dataset = group.makeTable(
        name, rowType: rowType, chunkRows: layout.chunkRows, deflate: deflate)
    else {
      throw .inputOutput(file, "\(name) cannot be made (\(HDF5.reason())); check the disk's space")
    }
    self.rowType = rowType
    self.dataset = dataset
  }

  /// Appends rows.
  func append(_ rows: RowBuilder) throws(LArCVError) {
    guard rows.count > 0 else { return }
    let end = rowCount + rows.count
    do throws(HDF5Failure) {
      try HDF5.checkDisk()
      try dataset.setExtent(end)
      try dataset.writeRows(rowCount..<end, as: rowType, from: rows.bytes)
    } catch {
      throw .inputOutput(
        file, "\(name) cannot be written (\(error.reason)); check the disk's space")
    }
    rowCount = end
  }

  /// Hands what is still in memory to HDF5; false when that fails.
  func close() -> Bool { dataset.close() }
}

extension HDF5Handle {
  /// Makes a dataset of rank one, empty and without limit.
  fileprivate func makeTable(
    _ name: String, rowType: HDF5Handle, chunkRows: Int, deflate: Int?
  ) -> HDF5Handle? {
    var extent: hsize_t = 0
    var limit = HDF5.unlimited
    guard let space = HDF5Handle(H5Screate_simple(1, &extent, &limit)),
      let creation = HDF5Handle(H5Pcreate(submanifold_h5_dataset_create())),
      creation.setChunks(rows: chunkRows, deflate: deflate)
    else { return nil }
    return makeDataset(name, rowType, space, creation)
  }

  private func makeDataset(
    _ name: String, _ rowType: HDF5Handle, _ space: HDF5Handle, _ creation: HDF5Handle
  ) -> HDF5Handle? {
    HDF5Handle(
      H5Dcreate2(
        identifier, name, rowType.identifier, space.identifier, HDF5.standard,
        creation.identifier, HDF5.standard))
  }

  private func setChunks(rows: Int, deflate: Int?) -> Bool {
    var rows = hsize_t(rows)
    // Without the time at which it was made, the same events give the same bytes of a file.
    guard H5Pset_obj_track_times(identifier, false) >= 0,
      H5Pset_chunk(identifier, 1, &rows) >= 0
    else { return false }
    guard let deflate else { return true }
    return H5Pset_deflate(identifier, UInt32(deflate)) >= 0
  }

  fileprivate func setExtent(_ rows: Int) throws(HDF5Failure) {
    var extent = hsize_t(rows)
    try HDF5.check(H5Dset_extent(identifier, &extent))
  }
}
