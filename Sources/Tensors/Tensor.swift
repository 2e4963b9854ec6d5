/// Features in memory: `rows` × `channels` floats, row-major, one row per site.
///
/// A tensor is a handle: copies share the same values, as they do in PyTorch and NumPy. Memory
/// comes from an `Arena` (a step's activations) or is the tensor's own (parameters), and lives as
/// long as any handle to it.
public struct Tensor {
  /// Number of rows: sites, usually.
  ///
  /// May be zero.
  public let rows: Int

  /// Number of values in each row.
  public let channels: Int

  /// The first value.
  ///
  /// Row `r` starts at `values + r * channels`.
  public let values: UnsafeMutablePointer<Float>

  @usableFromInline
  var owner: TensorMemory

  init(rows: Int, channels: Int, values: UnsafeMutablePointer<Float>, owner: TensorMemory) {
    precondition(rows >= 0 && channels >= 0, "a tensor has no negative extent")
    self.rows = rows
    self.channels = channels
    self.values = values
    self.owner = owner
  }

  /// A tensor of zeros that owns its memory.
  public init(rows: Int, channels: Int) {
    let chunk = Chunk(floats: rows * channels)
    chunk.base.update(repeating: 0, count: rows * channels)
    self.init(rows: rows, channels: channels, values: chunk.base, owner: chunk)
  }

  /// A tensor that owns a copy of `array`, row by row; `array.count` must be `rows * channels`.
  public init(rows: Int, channels: Int, _ array: [Float]) {
    precondition(array.count == rows * channels, "a tensor needs a value for each row and channel")
    self.init(rows: rows, channels: channels)
    array.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { values.update(from: first, count: source.count) }
    }
  }

  /// Whether no other handle shares the values, so that nobody would see them change.
  ///
  /// Always inlined: a caller in another module is otherwise taken not to have its tensor read.
  @inlinable @inline(__always)
  public mutating func isUniquelyHeld() -> Bool {
    isKnownUniquelyReferenced(&owner)
  }

  /// Number of values: rows × channels.
  public var count: Int { rows * channels }

  /// The values as an array, row by row: for tests, printing and files, not for hot loops.
  public var array: [Float] { Array(UnsafeBufferPointer(start: values, count: count)) }

  /// The same values seen as `rows` × `channels` of another shape with the same count.
  public func reshaped(rows: Int, channels: Int) -> Tensor {
    precondition(rows * channels == count, "reshaping keeps the number of values")
    return Tensor(rows: rows, channels: channels, values: values, owner: owner)
  }

  /// Some of the rows, seen as a tensor of their own.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows of the tensor")
    return Tensor(
      rows: range.count, channels: channels, values: values + range.lowerBound * channels,
      owner: owner)
  }

  /// One value, for tests and small work.
  public subscript(row: Int, channel: Int) -> Float {
    get {
      precondition(row >= 0 && row < rows && channel >= 0 && channel < channels, "out of range")
      return values[row * channels + channel]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && channel >= 0 && channel < channels, "out of range")
      values[row * channels + channel] = newValue
    }
  }

  /// A copy in memory of its own, for what is kept longer than a step.
  ///
  /// A tensor of an arena keeps the whole piece of memory it lies in; see `Arena`.
  public func copied() -> Tensor {
    let copy = Tensor(rows: rows, channels: channels)
    copy.copy(from: self)
    return copy
  }

  /// Copies the values of a tensor of the same shape into this one.
  public func copy(from other: Tensor) {
    precondition(other.rows == rows && other.channels == channels, "copying keeps the shape")
    values.update(from: other.values, count: count)
  }

  /// Sets every value.
  public func fill(_ value: Float) {
    values.update(repeating: value, count: count)
  }
}
