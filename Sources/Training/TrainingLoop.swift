import Autodiff
import Distributed
import Tensors

/// Trains anything made of parameters, one step at a time, whatever its input and its loss.
///
/// It owns the memory of the step: activations of the step before are gone when the next begins.
///
/// Several processes can train together: each takes the same steps, with its part of every batch. Losses
/// are then means over the whole batch, gradients sums over ranks, and the step's loss and gradient are
/// the same on all of them.
///
/// ```swift
/// let training = TrainingLoop(of: network, by: Adam())
/// let step = try training.step(learningRate: 1e-3) { tape in
///   let scores = try network(SparseTensor(features, plan: plan, tape: tape))
///   return try CrossEntropy()(scores, labels: labels)
/// }
/// print(step.loss)
/// ```
public final class TrainingLoop {
  /// What random numbers of training, as masks of dropout, are drawn from.
  public let seed: UInt64

  /// Number of steps taken; a refused one does not count, unless `skip` counts it.
  public private(set) var steps: UInt64 = 0

  /// Threads and memory of the steps.
  public let compute: Compute

  /// The same, with the ranks that share a step.
  private let computeOfSteps: Compute

  let parameters: [(name: String, parameter: Parameter)]
  let trained: [Parameter]
  var tiles = ParameterTiles()
  let optimizer: any Optimizer
  private let gradients: GradientTreatment
  private let communicator: (any Communicator)?
  private let ranks: TimedRanks?
  private let exchange: GradientExchange?
  private let runningMeans: RunningMeans?

  /// Training of all parameters of a network.
  ///
  /// - Parameters:
  ///   - threads: by default as many as there are processors.
  ///   - seed: two runs with the same seed leave the same to chance.
  ///   - convolution: how convolutions are computed.
  ///   - precision: what convolutions multiply.
  ///   - gradients: what becomes of gradients before the optimizer is given them.
  ///   - arenaChunkBytes: the least that the memory of the steps grows by.
  ///   - shared: the processes that train it together; nothing for this one alone.
  public init(
    of network: any Module, by optimizer: any Optimizer,
    threads: Threads = Threads(count: Threads.available), seed: UInt64 = 0,
    convolution: ConvolutionAlgorithm = .automatic, precision: Precision = .float32,
    gradients: GradientTreatment = GradientTreatment(),
    arenaChunkBytes: Int = Arena.standardChunkBytes, shared: SharedTraining? = nil
  ) {
    parameters = network.namedTrainedParameters
    trained = parameters.map(\.parameter)
    self.optimizer = optimizer
    self.seed = seed
    self.gradients = gradients
    compute = Compute(
      threads: threads, arena: Arena(chunkBytes: arenaChunkBytes), convolution: convolution,
      precision: precision)
    let shared = shared.flatMap { $0.communicator.size > 1 ? $0 : nil }
    communicator = shared?.communicator
    ranks = shared.map { TimedRanks($0.communicator) }
    exchange = shared.map { [trained] in GradientExchange(trained, $0) }
    runningMeans = shared.flatMap {
      $0.sharesStatistics ? nil : RunningMeans(network, over: $0.communicator)
    }
    var sharing = compute
    sharing.ranks = ranks
    sharing.sharesStatistics = shared?.sharesStatistics ?? false
    computeOfSteps = sharing
  }

  /// What one step did.
  public struct Step: Sendable {
    /// The loss before the step: of several parts, their mean; of several ranks, that of all of them.
    public let loss: Double
    /// The norm of all gradients before they were clipped; nothing where they are not.
    public let gradientNorm: Double?
    /// When the forward pass began; backward pass and optimizer follow it without a gap.
    public let start: ContinuousClock.Instant
    /// Wall-clock seconds of the network's forward pass and the loss.
    public let forwardSeconds: Double
    /// Wall-clock seconds of the backward pass.
    public let backwardSeconds: Double
    /// Wall-clock seconds of the optimizer.
    public let optimizerSeconds: Double
    /// Seconds of forward and backward pass in which other ranks were waited for, or their messages.
    public let exchangeSeconds: Double
  }

  /// One step: forward, backward, optimizer.
  ///
  /// - Parameters:
  ///   - parts: how many losses there are, each of a batch of its own: the step follows the mean of
  ///     their gradients, and needs the memory of one.
  ///   - loss: runs the network on the tape it is given and says how wrong it is, for each part.
  /// - Throws: `TrainingError` when a loss or a gradient is not finite, when a loss was computed
  ///   on another tape, when the learning rate makes no step, gradients cannot be treated so, or
  ///   nothing is there to be trained; and what `loss` throws. The network is then what it was before,
  ///   running statistics included.
  public func step(
    learningRate: Double, parts: Int = 1, _ loss: (_ part: Int, Tape) throws -> Loss
  ) throws -> Step {
    precondition(parts >= 1, "a step has a loss")
    guard !parameters.isEmpty else { throw TrainingError.nothingToTrain }
    guard learningRate >= 0, learningRate.isFinite else {
      throw TrainingError.learningRate(learningRate)
    }
    try gradients.validate()
    tiles.cover(trained)
    tiles.forEach(compute.threads) { $0.clearGradient() }
    ranks?.seconds = 0
    var sums = PassSums()
    let start = sums.clock.start
    for part in 0..<parts { try pass(part, of: parts, loss, &sums) }
    let norm = try gradients.treat(&tiles, parts: parts, compute)
    for update in sums.updates { update() }
    waiting { runningMeans?.take(counting: !sums.updates.isEmpty) }
    sums.backward += sums.clock.lap()
    optimizer.step(trained, learningRate: learningRate, threads: compute.threads)
    steps += 1
    return Step(
      loss: sums.loss / Double(parts), gradientNorm: norm, start: start,
      forwardSeconds: sums.forward, backwardSeconds: sums.backward,
      optimizerSeconds: sums.clock.lap(), exchangeSeconds: ranks?.seconds ?? 0)
  }

  /// Does something together with the other ranks, and counts what it takes.
  private func waiting(_ body: () -> Void) {
    var clock = Stopwatch()
    body()
    ranks?.seconds += clock.lap()
  }

  /// One step of one loss.
  public func step(learningRate: Double, _ loss: (Tape) throws -> Loss) throws -> Step {
    try step(learningRate: learningRate) { _, tape in try loss(tape) }
  }

  private struct PassSums {
    /// Never stopped in between, so that the parts of a step follow each other without gaps.
    var clock = Stopwatch()
    var loss = 0.0
    var forward = 0.0
    var backward = 0.0
    var updates: [() -> Void] = []
  }

  /// Forward and backward of one part, whose gradients are added to those of the parts before.
  private func pass(
    _ part: Int, of parts: Int, _ loss: (Int, Tape) throws -> Loss, _ sums: inout PassSums
  ) throws {
    compute.arena.reset()
    let tape = Tape(
      .training, compute: computeOfSteps,
      randomness: StepRandomness(seed: seed, step: number(of: part, of: parts)))
    // Whatever a refused step has recorded goes with it; a step that was taken leaves nothing.
    defer { tape.discard() }
    let loss = try loss(part, tape)
    guard loss.parts.allSatisfy({ $0.result.tape === tape }) else {
      throw TrainingError.otherTape
    }
    var value = [loss.value]
    ranks?.sum(&value)
    guard value[0].isFinite else { throw TrainingError.lossNotFinite(value[0]) }
    sums.forward += sums.clock.lap()
    let scaled = gradients.lossScale == 1 ? loss : gradients.lossScale * loss
    let isLast = part == parts - 1
    backward(tape, from: scaled, isLast: isLast)
    // Ranks find together what is not finite: in the sums, in which it stays.
    if exchange == nil || isLast, let number = tiles.firstNotFinite(compute) {
      throw TrainingError.gradientNotFinite(
        parameter: parameters[number].name, lossScale: gradients.lossScale)
    }
    sums.loss += value[0]
    sums.updates += tape.takeUpdates()
    sums.backward += sums.clock.lap()
  }

  /// A number for the random numbers of a part that no other part of any step has, on any rank.
  private func number(of part: Int, of parts: Int) -> UInt64 {
    let ordinal = steps * UInt64(parts) + UInt64(part)
    guard let communicator else { return ordinal }
    return ordinal * UInt64(communicator.size) + UInt64(communicator.rank)
  }

  /// The backward pass; beside that of the last part, gradients are summed over ranks.
  private func backward(_ tape: Tape, from loss: Loss, isLast: Bool) {
    guard isLast, let exchange else {
      return tape.backward(from: loss.parts, applyingUpdates: false)
    }
    exchange.begin()
    tape.backward(from: loss.parts, applyingUpdates: false) { exchange.advance() }
    waiting { exchange.finish() }
  }

  /// Counts a refused step as one that was taken without effect, for who goes on after it.
  public func skip() { steps += 1 }

  /// Goes on as after so many steps.
  func restore(steps: UInt64) { self.steps = steps }

  /// Runs a network without changing it.
  ///
  /// - Parameters:
  ///   - statistics: which mean and variance normalisation uses.
  ///   - isShared: whether all ranks do it together, each with a part of a batch: losses are then each
  ///     rank's part of the whole batch's.
  ///   - body: runs the network on the tape it is given. Tensors it returns stay valid, but each
  ///     keeps the memory of the whole step; keep `tensor.copied()` beyond the next step.
  public func evaluate<Result>(
    statistics: EvaluationStatistics = .running, isShared: Bool = false,
    _ body: (Tape) throws -> Result
  ) rethrows -> Result {
    compute.arena.reset()
    return try body(
      Tape(
        .inference, compute: isShared ? computeOfSteps : compute, statistics: statistics.ofTape))
  }
}
