/// Consecutive rows that are rounded to bfloat16, of which a float holds two.
public struct RowRounding {
  /// The rows, without gaps.
  public let values: UnsafePointer<Float>
  /// Values of a row.
  public let channels: Int
  /// Number of rows.
  public let count: Int
  /// Where the result goes: rows of `(channels + 1) / 2` floats, without gaps.
  public let words: UnsafeMutablePointer<Float>

  /// A rounding with all it reads and writes.
  public init(
    values: UnsafePointer<Float>, channels: Int, count: Int, words: UnsafeMutablePointer<Float>
  ) {
    self.values = values
    self.channels = channels
    self.count = count
    self.words = words
  }
}

/// Rows of bfloat16 that are put together two by two, channel by channel.
public struct RowInterleaving {
  /// Row `r` begins at `words + r * pitch`; each float holds two channels.
  public let words: UnsafePointer<Float>
  /// Floats from one row to the next.
  public let pitch: Int
  /// Floats of a row that are read.
  public let width: Int
  /// The rows; the first ones where there is no list.
  public let rows: UnsafePointer<Int32>?
  /// Number of rows.
  public let count: Int
  /// A row of zeros, the neighbour of an odd one.
  public let zeros: UnsafePointer<Float>
  /// Where the result goes: rows of `2 * width` floats without gaps, each with one channel of two
  /// rows.
  public let result: UnsafeMutablePointer<Float>

  /// An interleaving with all it reads and writes.
  public init(
    words: UnsafePointer<Float>, pitch: Int, width: Int, rows: UnsafePointer<Int32>?, count: Int,
    zeros: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>
  ) {
    self.words = words
    self.pitch = pitch
    self.width = width
    self.rows = rows
    self.count = count
    self.zeros = zeros
    self.result = result
  }
}
