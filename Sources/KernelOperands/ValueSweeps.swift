// What loops over values are told, all of which are treated alike.

/// `sum = left + right`, value by value.
public struct ValueSums {
  /// Number of values.
  public let count: Int
  /// The values of one side.
  public let left: UnsafePointer<Float>
  /// Those of the other.
  public let right: UnsafePointer<Float>
  /// The result.
  public let sum: UnsafeMutablePointer<Float>

  /// Sums with all they read and write.
  public init(
    count: Int, left: UnsafePointer<Float>, right: UnsafePointer<Float>,
    sum: UnsafeMutablePointer<Float>
  ) {
    self.count = count
    self.left = left
    self.right = right
    self.sum = sum
  }
}

/// `input` where `sign` is positive, `leak · input` elsewhere.
public struct GatedValues {
  /// Number of values.
  public let count: Int
  /// The values.
  public let input: UnsafePointer<Float>
  /// What decides.
  public let sign: UnsafePointer<Float>
  /// The slope for negative values.
  public let leak: Float
  /// The result.
  public let output: UnsafeMutablePointer<Float>

  /// Gates with all they read and write.
  public init(
    count: Int, input: UnsafePointer<Float>, sign: UnsafePointer<Float>, leak: Float,
    output: UnsafeMutablePointer<Float>
  ) {
    self.count = count
    self.input = input
    self.sign = sign
    self.leak = leak
    self.output = output
  }
}
