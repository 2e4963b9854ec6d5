import Autodiff
import Tensors

/// What a training step makes smaller: a number, and its gradient with respect to a network's result.
public struct Loss {
  /// The loss.
  public let value: Double

  /// The results of the network that it was computed from, each with the loss's derivative by its
  /// values, `[rows, channels]`.
  public let parts: [(result: Variable, gradient: Tensor)]

  /// A loss with its gradient.
  ///
  /// - Parameters:
  ///   - result: what the network made.
  ///   - gradient: of the shape of the result, in memory of the step.
  public init(_ value: Double, of result: Variable, gradient: Tensor) {
    precondition(
      gradient.rows == result.rows && gradient.channels == result.channels,
      "a gradient has its value's shape")
    self.init(value, parts: [(result, gradient)])
  }

  private init(_ value: Double, parts: [(result: Variable, gradient: Tensor)]) {
    self.value = value
    self.parts = parts
  }

  /// The sum of two losses of one step: of two heads of a network, or of two scales.
  public static func + (left: Loss, right: Loss) -> Loss {
    Loss(left.value + right.value, parts: left.parts + right.parts)
  }

  /// A loss that counts by a factor.
  public static func * (factor: Double, loss: Loss) -> Loss {
    let parts = loss.parts.map { part in
      let scaled = part.result.tape.compute.arena.tensor(
        rows: part.gradient.rows, channels: part.gradient.channels)
      for index in 0..<scaled.count {
        scaled.values[index] = Float(factor) * part.gradient.values[index]
      }
      return (part.result, scaled)
    }
    return Loss(factor * loss.value, parts: parts)
  }
}

/// Which mean and variance normalisation uses while a network is judged.
public enum EvaluationStatistics: String, CaseIterable, Sendable {
  /// The running statistics, as in production.
  case running
  /// The batch's own, to judge training without the lag of running statistics.
  case batch

  var ofTape: Tape.Statistics {
    switch self {
    case .running: .running
    case .batch: .batch
    }
  }
}
