import Autodiff
import Tensors

/// Trains anything made of parameters, one step at a time, whatever its input and its loss.
///
/// It owns the memory of the step: activations of the step before are gone when the next begins.
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

  let parameters: [(name: String, parameter: Parameter)]
  let trained: [Parameter]
  var tiles = ParameterTiles()
  let optimizer: any Optimizer
  private let gradients: GradientTreatment

  /// Training of all parameters of a network.
  ///
  /// - Parameters:
  ///   - threads: by default as many as there are processors.
  ///   - seed: two runs with the same seed leave the same to chance.
  ///   - convolution: how convolutions are computed.
  ///   - precision: what convolutions multiply.
  ///   - gradients: what becomes of gradients before the optimizer is given them.
  ///   - arenaChunkBytes: the least that the memory of the steps grows by.
  public init(
    of network: any Module, by optimizer: any Optimizer,
    threads: Threads = Threads(count: Threads.available), seed: UInt64 = 0,
    convolution: ConvolutionAlgorithm = .automatic, precision: Precision = .float32,
    gradients: GradientTreatment = GradientTreatment(),
    arenaChunkBytes: Int = Arena.standardChunkBytes
  ) {
    parameters = network.namedTrainedParameters
    trained = parameters.map(\.parameter)
    self.optimizer = optimizer
    self.seed = seed
    self.gradients = gradients
    compute = Compute(
      threads: threads, arena: Arena(chunkBytes: arenaChunkBytes), convolution: convolution,
      precision: precision)
  }

  /// What one step did.
  public struct Step: Sendable {
    /// The loss before the step: of several parts, their mean.
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
    var sums = PassSums()
    let start = sums.clock.start
    for part in 0..<parts { try pass(part, of: parts, loss, &sums) }
    let norm = try gradients.treat(&tiles, parts: parts, compute)
    for update in sums.updates { update() }
    sums.backward += sums.clock.lap()
    optimizer.step(trained, learningRate: learningRate, threads: compute.threads)
    steps += 1
    return Step(
      loss: sums.loss / Double(parts), gradientNorm: norm, start: start,
      forwardSeconds: sums.forward, backwardSeconds: sums.backward,
      optimizerSeconds: sums.clock.lap())
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
      .training, compute: compute,
      randomness: StepRandomness(seed: seed, step: steps * UInt64(parts) + UInt64(part)))
    // Whatever a refused step has recorded goes with it; a step that was taken leaves nothing.
    defer { tape.discard() }
    let loss = try loss(part, tape)
    guard loss.parts.allSatisfy({ $0.result.tape === tape }) else {
      throw TrainingError.otherTape
    }
    guard loss.value.isFinite else { throw TrainingError.lossNotFinite(loss.value) }
    sums.forward += sums.clock.lap()
    let scaled = gradients.lossScale == 1 ? loss : gradients.lossScale * loss
    tape.backward(from: scaled.parts, applyingUpdates: false)
    if let number = tiles.firstNotFinite(compute) {
      throw TrainingError.gradientNotFinite(
        parameter: parameters[number].name, lossScale: gradients.lossScale)
    }
    sums.loss += loss.value
    sums.updates += tape.takeUpdates()
    sums.backward += sums.clock.lap()
  }

  /// Counts a refused step as one that was taken without effect, for who goes on after it.
  public func skip() { steps += 1 }

  /// Goes on as after so many steps.
  func restore(steps: UInt64) { self.steps = steps }

  /// Runs a network without changing it.
  ///
  /// - Parameters:
  ///   - statistics: which mean and variance normalisation uses.
  ///   - body: runs the network on the tape it is given. Tensors it returns stay valid, but each
  ///     keeps the memory of the whole step; keep `tensor.copied()` beyond the next step.
  public func evaluate<Result>(
    statistics: EvaluationStatistics = .running, _ body: (Tape) throws -> Result
  ) rethrows -> Result {
    compute.arena.reset()
    return try body(Tape(.inference, compute: compute, statistics: statistics.ofTape))
  }
}
