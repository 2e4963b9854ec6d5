/// A number as it lies in a row.
package enum Scalar {
  case uint8
  case int16
  case uint16
  case int32
  case uint32
  case uint64
  case int64
  case float32
  case float64
  /// A byte of a text; `count` of them are one text that ends with a zero.
  case character
}

/// One member of a row: a number, an array of `count` numbers, a text of `count` bytes, or a compound
/// of numbers with names of their own.
package struct Column {
  package let name: String
  package let scalar: Scalar
  package let offset: Int
  package var count: Int?
  /// The names of the numbers of a compound, which lie side by side.
  package var parts: [String]?
  /// A reader does without this column when the file has none; its bytes then read as zero.
  package var isOptional = false

  package init(
    name: String, scalar: Scalar, offset: Int, count: Int? = nil, parts: [String]? = nil,
    isOptional: Bool = false
  ) {
    self.name = name
    self.scalar = scalar
    self.offset = offset
    self.count = count
    self.parts = parts
    self.isOptional = isOptional
  }
}

/// The rows of a table, byte by byte: C structures, padding included.
///
/// Members are matched by name and converted by HDF5, so a file's rows may be laid out otherwise; this is
/// how rows lie in memory and in the files written here.
package struct RowLayout {
  package let columns: [Column]
  package let size: Int
  /// Rows of one HDF5 chunk in a file written here.
  package let chunkRows: Int

  package init(columns: [Column], size: Int, chunkRows: Int) {
    self.columns = columns
    self.size = size
    self.chunkRows = chunkRows
  }
}
