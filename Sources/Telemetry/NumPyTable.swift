import Files
import Foundation

/// A table with named columns that is written as a structured array of NumPy (`.npy`, format 1.0).
///
/// ```swift
/// var table = NumPyTable([("i", .int32), ("start", .instant), ("forward", .duration)])
/// table.append([0, Date().timeIntervalSince1970, 0.072])
/// try table.write(to: "steps.npy")
/// ```
///
/// ```python
/// steps = numpy.load("steps.npy")
/// steps["forward"].astype(float)   # microseconds
/// ```
///
/// Rows are kept as they are stored: 100 000 of 14 columns are 11 MB, which `write` replaces in some 10 ms.
public struct NumPyTable: Sendable {
  /// What a column holds, and how NumPy names it.
  public enum Kind: String, Sendable {
    /// Whole numbers of 32 bits.
    case int32 = "<i4"
    /// Whole numbers of 64 bits.
    case int64 = "<i8"
    /// Numbers in single precision.
    case float32 = "<f4"
    /// Numbers in double precision.
    case float64 = "<f8"
    /// Points in time, given as seconds since 1970 and stored as microseconds.
    case instant = "<M8[us]"
    /// Durations, given in seconds and stored in microseconds.
    case duration = "<m8[us]"

    fileprivate var bytes: Int { self == .int32 || self == .float32 ? 4 : 8 }
  }

  /// A column: its name and what it holds.
  public typealias Column = (name: String, kind: Kind)

  /// The columns, in the order in which they are stored.
  public let columns: [Column]

  /// Number of rows.
  public var rowCount: Int { rowBytes == 0 ? 0 : rows.count / rowBytes }

  private var rows: [UInt8] = []
  private let rowBytes: Int

  /// A table without rows.
  ///
  /// - Parameter columns: their names are of letters, digits and underscores.
  public init(_ columns: [Column]) {
    self.columns = columns
    rowBytes = columns.reduce(0) { $0 + $1.kind.bytes }
  }

  /// The rows of a file in which such a table was written, up to the first whose value in the first
  /// column, of 32-bit numbers, is not below a limit: what a run that is resumed at a step keeps.
  ///
  /// Nothing where there is no file, or one of something else.
  public init?(_ columns: [Column], continuing path: String, below limit: Int) {
    self.init(columns)
    guard columns.first?.kind == .int32, let bytes = FileManager.default.contents(atPath: path),
      bytes.count >= 10
    else { return nil }
    // Magic bytes, version, then the length of what else comes before the rows.
    let headerBytes = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    let count = max(bytes.count - headerBytes, 0) / rowBytes
    guard bytes.count == headerBytes + count * rowBytes,
      bytes.starts(with: header(rowCount: count))
    else { return nil }
    for start in stride(from: headerBytes, to: bytes.count, by: rowBytes) {
      let row = bytes[start..<start + rowBytes]
      let first = row.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard Int32(bitPattern: first) < limit else { break }
      rows.append(contentsOf: row)
    }
  }

  /// Appends a row: a value for each column.
  ///
  /// Whole numbers are rounded. What such a column cannot hold becomes the smallest number that it can,
  /// which NumPy takes for "not a time".
  public mutating func append(_ values: [Double]) {
    precondition(values.count == columns.count, "a row has a value for each column")
    for (column, value) in zip(columns, values) {
      switch column.kind {
      case .int32: append(Int32(exactly: value.rounded()) ?? .min)
      case .int64: append(Int64(exactly: value.rounded()) ?? .min)
      case .float32: append(Float(value).bitPattern)
      case .float64: append(value.bitPattern)
      case .instant, .duration: append(Int64(exactly: (value * 1e6).rounded()) ?? .min)
      }
    }
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { rows.append(contentsOf: $0) }
  }

  /// Writes the table, replacing the file at once: it is the old or the new.
  ///
  /// - Throws: `FileError` when it cannot be written; the old file is then as it was.
  public func write(to path: String) throws(FileError) {
    try WrittenFile.replace(path, with: header(rowCount: rowCount) + rows)
  }

  /// Magic bytes, version, length, and a dictionary in Python's words, padded to a multiple of 64.
  private func header(rowCount: Int) -> [UInt8] {
    let fields = columns.map { "('\($0.name)', '\($0.kind.rawValue)')" }.joined(separator: ", ")
    let text = "{'descr': [\(fields)], 'fortran_order': False, 'shape': (\(rowCount),), }"
    let unpadded = 10 + text.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let length = UInt16(text.utf8.count + padding + 1)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }
}
