import Tensors

/// Records what operators did, so that their gradients can be taken in reverse.
///
/// A tape lives for one step. Operators write themselves down with `record`; `backward` runs the
/// pullbacks from the last to the first. A tape made for inference forgets pullbacks at once, and a
/// tape made for planning runs no operator at all: the network then walks over sites and shapes
/// only, which checks every size and fills the plan.
public final class Tape {
  /// What a step is for.
  public enum Purpose: Sendable {
    /// Gradients will be asked for.
    case training
    /// Results only.
    case inference
    /// Shapes and sites only; no value is computed.
    case planning
  }

  /// Where normalisation takes mean and variance from.
  public enum Statistics: Sendable {
    /// From the batch; running statistics follow it.
    case batchUpdatingRunning
    /// From the batch; running statistics stay.
    case batch
    /// From the running statistics.
    case running
  }

  /// What the step is for.
  public let purpose: Purpose

  /// Where normalisation takes its statistics from.
  public let statistics: Statistics

  /// Threads and memory of the step.
  public let compute: Compute

  /// Where layers note what they do, if anybody asks.
  public var trace: Trace?

  private var pullbacks: [() -> Void] = []
  private let generation: Int

  /// A tape for one step.
  ///
  /// - Parameter statistics: by default the batch's while training, the running ones otherwise.
  public init(_ purpose: Purpose, compute: Compute = Compute(), statistics: Statistics? = nil) {
    self.purpose = purpose
    self.compute = compute
    generation = compute.arena.generation
    self.statistics = statistics ?? (purpose == .training ? .batchUpdatingRunning : .running)
  }

  /// An input of the network: nobody asks for its gradient unless `needsGradient`.
  public func variable(_ value: Tensor, needsGradient: Bool = false) -> Variable {
    Variable(
      rows: value.rows, channels: value.channels, tape: self, tensor: value,
      needsGradient: needsGradient && purpose == .training)
  }

  /// An input known by its shape alone, while planning.
  public func placeholder(rows: Int, channels: Int) -> Variable {
    precondition(purpose == .planning, "only a planning tape runs without values")
    return Variable(
      rows: rows, channels: channels, tape: self, tensor: nil, needsGradient: false)
  }

  /// Runs an operator and remembers its pullback.
  ///
  /// - Parameters:
  ///   - rows: rows of the result.
  ///   - channels: channels of the result.
  ///   - operation: computes the result, and returns with it what to do with the result's gradient:
  ///     hand gradients on to the operator's inputs and parameters.
  public func record(
    rows: Int, channels: Int,
    _ operation: (Compute) -> (value: Tensor, pullback: (Tensor) -> Void)
  ) -> Variable {
    guard purpose != .planning else { return placeholder(rows: rows, channels: channels) }
    let (value, pullback) = operation(compute)
    precondition(value.rows == rows && value.channels == channels, "an operator keeps its word")
    let result = Variable(
      rows: rows, channels: channels, tape: self, tensor: value,
      needsGradient: purpose == .training)
    if purpose == .training {
      pullbacks.append {
        // What nobody used downstream has no gradient, and nothing to hand on.
        if let gradient = result.gradient { pullback(gradient) }
      }
    }
    return result
  }

  /// Runs all pullbacks in reverse, starting from the gradient of a result.
  public func backward(from result: Variable, gradient: Tensor) {
    precondition(purpose == .training, "only a training tape has recorded gradients")
    precondition(generation == compute.arena.generation, "a tape ends when its arena is reset")
    result.accumulate { _ in gradient }
    while let pullback = pullbacks.popLast() { pullback() }
  }
}
