import CHDF5
import HDF5Files

/// One table of a file opened for reading: a dataset of rank one whose rows are compounds.
///
/// Nothing in the file is believed: rank, members, sizes and row counts are checked here, before
/// anything is allocated or read.
final class HDF5Table {
  let file: String
  let path: String
  let rowCount: Int
  private let layout: RowLayout
  let dataset: HDF5Handle
  private let rowType: HDF5Handle
  private let present: Set<String>

  init(file: HDF5File, path: String, layout: RowLayout) throws(LArCVError) {
    self.file = file.path
    self.path = path
    self.layout = layout
    dataset = try file.open(path)
    func bad(_ sentence: String) -> LArCVError {
      .badData(file.path, "\(path) \(sentence); give a file written by larcv3")
    }
    guard dataset.isDataset else { throw bad("is not a dataset") }
    guard let stored = dataset.rowType, stored.typeClass == H5T_COMPOUND else {
      throw bad("is not a table of compound rows")
    }
    guard stored.isSound() else { throw bad("has rows whose members overrun them") }
    var present: Set<String> = []
    for column in layout.columns {
      guard let member = stored.memberType(column.name) else {
        guard column.isOptional else { throw bad("has no member \"\(column.name)\"") }
        continue
      }
      guard member.converts(to: column) else {
        throw bad("has a member \"\(column.name)\" of another type than larcv3's")
      }
      present.insert(column.name)
    }
    guard let rowType = layout.compoundType(columns: present) else {
      throw bad("has members that HDF5 cannot convert (\(HDF5.reason()))")
    }
    self.rowType = rowType
    self.present = present
    guard let extents = dataset.extents, extents.count == 1 else {
      throw bad("is not of rank one")
    }
    if let filter = dataset.foreignFilter {
      throw .badData(
        file.path,
        "\(path) is packed by \(filter), which larcv3 cannot read; "
          + "repack the file: h5repack -f GZIP=1 OLD NEW")
    }
    guard let storage = dataset.storage, storage != .elsewhere else {
      throw bad("does not keep its rows in the file itself")
    }
    if case .chunked(let rows) = storage {
      let (bytes, overflows) = rows.multipliedReportingOverflow(by: stored.typeSize)
      guard !overflows, bytes <= HDF5Table.largestChunk else { throw bad("has chunks too large") }
    }
    let (bytes, overflows) = extents[0].multipliedReportingOverflow(by: stored.typeSize)
    guard !overflows, bytes / HDF5Table.bestCompression <= file.size else {
      throw .badData(
        file.path,
        "\(path) claims \(extents[0]) rows, more than \(file.size) bytes of file can hold; "
          + LArCVError.copyAgain)
    }
    rowCount = extents[0]
  }

  /// Whether the file has a column.
  func has(_ column: String) -> Bool { present.contains(column) }

  /// HDF5 holds a whole chunk in memory.
  private static let largestChunk = 1 << 28
  /// Deflate cannot shrink by more than 1032; chunks add a little.
  private static let bestCompression = 1100

  /// The bytes of some rows, laid out as `layout` says; columns missing in the file are zero.
  func rows(_ range: Range<Int>) throws(LArCVError) -> RowBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows beyond the table")
    HDF5.silence()
    var bytes = [UInt8](repeating: 0, count: range.count * layout.size)
    do throws(HDF5Failure) {
      try dataset.readRows(range, as: rowType, into: &bytes)
    } catch {
      throw .badData(
        file,
        "\(path) rows \(range.lowerBound)..<\(range.upperBound) cannot be read "
          + "(\(error.reason)); \(LArCVError.copyAgain)")
    }
    return RowBytes(bytes: bytes, stride: layout.size)
  }
}

/// Rows in memory.
struct RowBytes {
  let bytes: [UInt8]
  let stride: Int

  /// The number at a byte offset of a row.
  func load<Value: BitwiseCopyable>(_ row: Int, _ offset: Int, as type: Value.Type) -> Value {
    bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: row * stride + offset, as: type)
    }
  }
}
