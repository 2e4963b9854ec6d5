import Tensors

/// A value that flows through a network, known to the tape it was computed on.
public final class Variable {
  /// Number of rows: sites.
  public let rows: Int

  /// Number of channels.
  public let channels: Int

  /// The tape of the step.
  public let tape: Tape

  /// Whether the backward pass should bring a gradient here.
  public let needsGradient: Bool

  /// The gradient that reached this value in the backward pass so far.
  public private(set) var gradient: Tensor?

  /// What to do with the gradient when all of it has arrived.
  var pullback: ((Tensor) -> Void)?

  private let tensor: Tensor?

  init(rows: Int, channels: Int, tape: Tape, tensor: Tensor?, needsGradient: Bool) {
    self.rows = rows
    self.channels = channels
    self.tape = tape
    self.tensor = tensor
    self.needsGradient = needsGradient
  }

  /// The values, `[rows, channels]`.
  ///
  /// While planning there are none to ask for.
  public var value: Tensor {
    guard let tensor else { preconditionFailure("a planning tape has shapes, not values") }
    return tensor
  }

  /// The pullback, to be run or dropped once.
  func takePullback() -> ((Tensor) -> Void)? {
    defer { pullback = nil }
    return pullback
  }

  /// Adds a contribution to the gradient, computing it only where somebody needs it.
  ///
  /// A contribution may be shared with other variables (addition hands one tensor to both of its
  /// inputs), so sums are always made in fresh memory and never in place.
  public func accumulate(_ contribution: (Compute) -> Tensor) {
    guard needsGradient else { return }
    let added = contribution(tape.compute)
    precondition(
      added.rows == rows && added.channels == channels, "a gradient has its value's shape")
    guard let present = gradient else {
      gradient = added
      return
    }
    let sum = tape.compute.arena.tensor(rows: rows, channels: channels)
    tape.compute.threads.forEachTile(of: sum.count, tile: 1 << 16) { range in
      for index in range { sum.values[index] = present.values[index] + added.values[index] }
    }
    gradient = sum
  }

  /// Takes over a sum of contributions that was begun, or carried on, elsewhere.
  func continueSum(from sum: Tensor?) {
    if needsGradient { gradient = sum }
  }
}
