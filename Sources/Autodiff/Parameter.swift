import Tensors

/// Values that a network learns, with their gradient; or, where `isTrained` is false, values it
/// keeps for itself, as running statistics are.
public final class Parameter {
  /// Extents as users know them: `[offsets, input channels, output channels]` for a convolution.
  public let shape: [Int]

  /// The values; the last extent of the shape is the tensor's channels.
  public let value: Tensor

  /// The sum of all gradients since it was last cleared, of the same shape as `value`; empty where
  /// nothing is trained.
  ///
  /// Asking for it counts: see `gradientUses`.
  public var gradient: Tensor {
    gradientUses &+= 1
    return sum
  }

  /// How often the gradient was asked for.
  ///
  /// An operator asks when it is about to add to it. Who knows how often a whole backward pass asks can
  /// tell, in the next, when the sum is complete.
  package private(set) var gradientUses = 0

  private let sum: Tensor

  /// Whether an optimizer changes it.
  public let isTrained: Bool

  /// Number of values.
  public var count: Int { value.count }

  /// A parameter whose values `initialise` provides, row-major.
  public init(shape: [Int], isTrained: Bool = true, initialise: () -> Float = { 0 }) {
    precondition(!shape.isEmpty && shape.allSatisfy { $0 >= 0 }, "a parameter has extents")
    self.shape = shape
    self.isTrained = isTrained
    let channels = shape[shape.count - 1]
    let rows = shape.dropLast().reduce(1, *)
    let values = (0..<rows * channels).map { _ in initialise() }
    value = Tensor(rows: rows, channels: channels, values)
    sum = isTrained ? Tensor(rows: rows, channels: channels) : Tensor(rows: 0, channels: 0)
  }

  /// Forgets the gradient, before the next backward pass.
  public func clearGradient() {
    gradient.fill(0)
  }
}
