import Tensors

/// Records what operators did, so that their gradients can be taken in reverse.
///
/// A tape lives for one step. Operators write themselves down with `record`; `backward` runs the
/// pullbacks from the last to the first. Operators that draw random numbers or keep statistics of
/// what they see do both through the tape, so that a step can be repeated or refused as a whole. A
/// tape made for inference forgets pullbacks at once, and a tape made for planning runs no operator
/// at all: the network then walks over sites and shapes only, which checks every size and fills the
/// plan.
///
/// A tape keeps no value alive: pullbacks belong to the results they were recorded with, which know
/// the tape. What nobody holds a result of is gone, with its pullbacks and its memory.
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
    /// From the batch; running statistics follow it when the step counts.
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

  /// What decides the step's random numbers.
  public let randomness: StepRandomness

  /// Draws taken so far.
  var draws: UInt64 = 0

  private let role: Role
  private var results: [Recorded] = []
  private var updates: [() -> Void] = []
  private let generation: Int

  /// How a tape takes part in a step; see `recomputing`.
  enum Role {
    /// It is the step's own.
    case main
    /// It runs a part whose gradients will be taken later: nothing is recorded.
    case firstRun
    /// It runs that part again, with gradients: running statistics have moved already.
    case repetition
  }

  /// A tape for one step.
  ///
  /// - Parameters:
  ///   - statistics: by default the batch's while training, the running ones otherwise.
  ///   - randomness: seed and number of the step; steps of one run differ in the number.
  public convenience init(
    _ purpose: Purpose, compute: Compute = Compute(), statistics: Statistics? = nil,
    randomness: StepRandomness = StepRandomness()
  ) {
    self.init(
      purpose, role: .main, compute: compute,
      statistics: statistics ?? (purpose == .training ? .batchUpdatingRunning : .running),
      randomness: randomness)
  }

  init(
    _ purpose: Purpose, role: Role, compute: Compute, statistics: Statistics,
    randomness: StepRandomness
  ) {
    self.purpose = purpose
    self.role = role
    self.compute = compute
    self.statistics = statistics
    self.randomness = randomness
    generation = compute.arena.generation
  }

  private var isRecording: Bool { purpose == .training && role != .firstRun }

  /// An input of the network: nobody asks for its gradient unless `needsGradient`.
  public func variable(_ value: Tensor, needsGradient: Bool = false) -> Variable {
    Variable(
      rows: value.rows, channels: value.channels, tape: self, tensor: value,
      needsGradient: needsGradient && isRecording)
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
    let (value, pullback) =
      trace?.forward(rows: rows, channels: channels) { operation(compute) } ?? operation(compute)
    precondition(value.rows == rows && value.channels == channels, "an operator keeps its word")
    let result = Variable(
      rows: rows, channels: channels, tape: self, tensor: value, needsGradient: isRecording)
    if isRecording {
      result.pullback = pullback
      results.append(Recorded(result: result, part: trace?.currentPart ?? 0))
    }
    return result
  }

  /// Random words of their own for the operator that asks.
  public func nextDraw() -> RandomDraw {
    defer { draws += 1 }
    return RandomDraw(randomness, number: draws)
  }

  /// Leaves a change of the network, as of its running statistics, until the step is known to count.
  ///
  /// A step may yet be refused, because its loss is not finite or a later layer does not fit.
  /// Changes are made in the order they were left, by `backward` or `applyUpdates`; a part that is
  /// run twice leaves them once. They must own what they read: scratch memory may end before.
  public func deferUpdate(_ update: @escaping () -> Void) {
    if purpose != .planning, role != .repetition { updates.append(update) }
  }

  /// Leaves to another tape what was left to this one.
  func handUpdates(to tape: Tape) {
    for update in updates { tape.deferUpdate(update) }
    updates = []
  }

  /// Takes the changes that were left, to be made when more is known: they outlive the tape.
  package func takeUpdates() -> [() -> Void] {
    defer { updates = [] }
    return updates
  }

  /// Makes the changes that were left, for who takes no gradients.
  public func applyUpdates() {
    let due = updates
    updates = []
    for update in due { update() }
  }

  /// Makes the changes that were left, then runs all pullbacks in reverse, starting from the
  /// gradient of a result of this tape.
  ///
  /// Pullbacks run once: several results with gradients of their own are given together.
  public func backward(from result: Variable, gradient: Tensor) {
    backward(from: [(result, gradient)])
  }

  /// Runs all pullbacks in reverse, starting from the gradients of several results of this tape.
  ///
  /// - Parameters:
  ///   - applyingUpdates: whether to make the changes first that were left; otherwise
  ///   `applyUpdates` does, once the gradients are seen to be good.
  ///   - between: called after each pullback, to look after what goes on beside them.
  public func backward(
    from roots: [(result: Variable, gradient: Tensor)], applyingUpdates: Bool = true,
    _ between: () -> Void = {}
  ) {
    precondition(isRecording, "only a training tape has recorded gradients")
    precondition(
      roots.allSatisfy { $0.result.tape === self }, "gradients start from results of the same tape")
    precondition(generation == compute.arena.generation, "a tape ends when its arena is reset")
    if applyingUpdates { applyUpdates() }
    for root in roots { root.result.accumulate { _ in root.gradient } }
    var results = takeResults()
    while case (var result, let part)? = results.popLast() {
      runPullback(of: result, recordedBy: part)
      // Whoever used it has handed its gradients on: unless somebody outside holds it, its memory is
      // free for the gradients that are still to come.
      if isKnownUniquelyReferenced(&result) { result.recycle() }
      between()
    }
  }

  private func runPullback(of result: Variable, recordedBy part: Int) {
    // What nobody used downstream has no gradient, and nothing to hand on.
    guard let pullback = result.takePullback(), let gradient = result.gradient else { return }
    if let trace {
      trace.backward(of: part) { pullback(gradient) }
    } else {
      pullback(gradient)
    }
  }

  /// Forgets pullbacks and changes of a step that is not to count, and with them the memory they
  /// hold on to.
  public func discard() {
    for (result, _) in takeResults() { _ = result.takePullback() }
    updates = []
  }

  /// Everything recorded, held: a result's only owner may be the pullback that comes before its own.
  private func takeResults() -> [(result: Variable, part: Int)] {
    defer { results = [] }
    return results.compactMap { recorded in recorded.result.map { ($0, recorded.part) } }
  }

  /// A result with a pullback, for as long as somebody holds it.
  private struct Recorded {
    weak var result: Variable?
    /// The part of the network that recorded it, as the trace numbers them.
    let part: Int
  }
}
