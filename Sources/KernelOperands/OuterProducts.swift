/// Sums of outer products: `sums[i, j] += Σ left[s, i] · right[t, j]` over pairs (s, t).
///
/// Where factors are bfloat16, a float of `left` and of `right` holds a channel of two rows, and a pair
/// stands for two of them.
public struct OuterProducts {
  /// The pairs.
  public let pairs: RowPairs
  /// Row `s` begins at `left + s * leftPitch`.
  public let left: UnsafePointer<Float>
  /// Floats from one left row to the next.
  public let leftPitch: Int
  /// Values of a left row that are multiplied: rows of the sums.
  public let rows: Int
  /// Row `t` begins at `right + t * rightPitch`.
  public let right: UnsafePointer<Float>
  /// Floats from one right row to the next.
  public let rightPitch: Int
  /// Values of a right row, columns of the sums: a multiple of eight.
  public let columns: Int
  /// `[rows, columns]`.
  public let sums: UnsafeMutablePointer<Float>
  /// Floats from one row of the sums to the next.
  public let sumsPitch: Int

  /// Sums with all they read and write.
  public init(
    pairs: RowPairs, left: UnsafePointer<Float>, leftPitch: Int, rows: Int,
    right: UnsafePointer<Float>, rightPitch: Int, columns: Int,
    sums: UnsafeMutablePointer<Float>, sumsPitch: Int
  ) {
    self.pairs = pairs
    self.left = left
    self.leftPitch = leftPitch
    self.rows = rows
    self.right = right
    self.rightPitch = rightPitch
    self.columns = columns
    self.sums = sums
    self.sumsPitch = sumsPitch
  }
}
