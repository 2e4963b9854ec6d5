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

  private var tensor: Tensor?

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

  /// The same values as an input of the tape: no gradient goes behind them.
  public func detached() -> Variable {
    Variable(rows: rows, channels: channels, tape: tape, tensor: tensor, needsGradient: false)
  }

  /// The pullback, to be run or dropped once.
  func takePullback() -> ((Tensor) -> Void)? {
    defer { pullback = nil }
    return pullback
  }

  /// Gives back the memory of values and gradient, which nobody will ask for any more.
  func recycle() {
    tape.compute.arena.recycle(&gradient)
    tape.compute.arena.recycle(&tensor)
  }

  /// Adds a contribution to the gradient, computing it only where somebody needs it.
  ///
  /// A sum is made in the memory of its new contribution, if nobody else holds that. A contribution
  /// shared with other variables (addition hands one tensor to both of its inputs) is never changed.
  public func accumulate(_ contribution: (Compute) -> Tensor) {
    guard needsGradient else { return }
    var added = contribution(tape.compute)
    precondition(
      added.rows == rows && added.channels == channels, "a gradient has its value's shape")
    guard let present = gradient else {
      gradient = added
      return
    }
    let isOwn = added.isUniquelyHeld()
    let sum = isOwn ? added : tape.compute.arena.tensor(rows: rows, channels: channels)
    add(present, added, into: sum)
    gradient = sum
  }

  private func add(_ left: Tensor, _ right: Tensor, into sum: Tensor) {
    let (left, right, target) = (left.values, right.values, sum.values)
    tape.compute.threads.forEachTile(of: sum.count, tile: 1 << 15) { range in
      var index = range.lowerBound
      while index &+ 8 <= range.upperBound {
        let values = eight(left + index) + eight(right + index)
        UnsafeMutableRawPointer(target + index).storeBytes(of: values, as: SIMD8<Float>.self)
        index &+= 8
      }
      for index in index..<range.upperBound { target[index] = left[index] + right[index] }
    }
  }

  @inline(__always)
  private func eight(_ values: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// Takes over a sum of contributions that was begun, or carried on, elsewhere.
  func continueSum(from sum: Tensor?) {
    if needsGradient { gradient = sum }
  }
}
