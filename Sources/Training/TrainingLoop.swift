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

  fileprivate var ofTape: Tape.Statistics {
    switch self {
    case .running: .running
    case .batch: .batch
    }
  }
}

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

  /// Number of steps taken; a refused one does not count.
  public private(set) var steps: UInt64 = 0

  /// Threads and memory of the steps.
  public let compute: Compute

  private let parameters: [(name: String, parameter: Parameter)]
  private let trained: [Parameter]
  private var tiles = ParameterTiles()
  private let optimizer: any Optimizer
  private let lossScale: Double
  private let weightDecay: Double

  /// Training of all parameters of a network.
  ///
  /// - Parameters:
  ///   - threads: by default as many as there are processors.
  ///   - seed: two runs with the same seed leave the same to chance.
  ///   - convolution: how convolutions are computed.
  ///   - precision: what convolutions multiply.
  ///   - lossScale: what the loss is multiplied by before gradients are computed from it, and they
  ///     are divided by: a number above zero.
  ///   - weightDecay: how much of each parameter is added to its gradient, zero or more.
  ///   - arenaChunkBytes: the least that the memory of the steps grows by.
  public init(
    of network: any Module, by optimizer: any Optimizer,
    threads: Threads = Threads(count: Threads.available), seed: UInt64 = 0,
    convolution: ConvolutionAlgorithm = .automatic, precision: Precision = .float32,
    lossScale: Double = 1, weightDecay: Double = 0,
    arenaChunkBytes: Int = Arena.standardChunkBytes
  ) {
    parameters = network.namedTrainedParameters
    trained = parameters.map(\.parameter)
    self.optimizer = optimizer
    self.seed = seed
    self.lossScale = lossScale
    self.weightDecay = weightDecay
    compute = Compute(
      threads: threads, arena: Arena(chunkBytes: arenaChunkBytes), convolution: convolution,
      precision: precision)
  }

  /// What one step did.
  public struct Step: Sendable {
    /// The loss before the step.
    public let loss: Double
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
  /// - Parameter loss: runs the network on the tape it is given and says how wrong it is.
  /// - Throws: `TrainingError` when the loss or a gradient is not finite, when the loss was computed
  ///   on another tape, when the learning rate makes no step, loss scale or weight decay are
  ///   impossible, or nothing is there to be trained; and what `loss` throws. The network is then what it was before, running statistics included.
  public func step(learningRate: Double, _ loss: (Tape) throws -> Loss) throws -> Step {
    guard !parameters.isEmpty else { throw TrainingError.nothingToTrain }
    guard learningRate >= 0, learningRate.isFinite else {
      throw TrainingError.learningRate(learningRate)
    }
    guard lossScale > 0, Float(lossScale).isNormal else {
      throw TrainingError.lossScale(lossScale)
    }
    guard weightDecay >= 0, Float(weightDecay).isFinite else {
      throw TrainingError.weightDecay(weightDecay)
    }
    compute.arena.reset()
    tiles.cover(trained)
    tiles.forEach(compute.threads) { $0.clearGradient() }
    let start = ContinuousClock.now
    var clock = Stopwatch()
    let tape = Tape(
      .training, compute: compute, randomness: StepRandomness(seed: seed, step: steps))
    // Whatever a refused step has recorded goes with it; a step that was taken leaves nothing.
    defer { tape.discard() }
    let loss = try loss(tape)
    guard loss.parts.allSatisfy({ $0.result.tape === tape }) else {
      throw TrainingError.otherTape
    }
    guard loss.value.isFinite else { throw TrainingError.lossNotFinite(loss.value) }
    let forward = clock.lap()
    let scaled = lossScale == 1 ? loss : lossScale * loss
    tape.backward(from: scaled.parts, applyingUpdates: false)
    if let number = firstNotFinite() {
      throw TrainingError.gradientNotFinite(
        parameter: parameters[number].name, lossScale: lossScale)
    }
    if lossScale != 1 { unscaleGradients() }
    if weightDecay != 0 { addWeights() }
    tape.applyUpdates()
    let backward = clock.lap()
    optimizer.step(trained, learningRate: learningRate, threads: compute.threads)
    let optimizer = clock.lap()
    steps += 1
    return Step(
      loss: loss.value, start: start, forwardSeconds: forward, backwardSeconds: backward,
      optimizerSeconds: optimizer)
  }

  /// Takes the scale of the loss out of the gradients again.
  private func unscaleGradients() {
    let scale = Float(lossScale)
    tiles.forEach(compute.threads) { tile in
      for index in 0..<tile.count { tile.gradient[index] /= scale }
    }
  }

  /// Adds the gradient of half the squares of all parameters.
  private func addWeights() {
    let weightDecay = Float(weightDecay)
    tiles.forEach(compute.threads) { tile in
      for index in 0..<tile.count { tile.gradient[index] += weightDecay * tile.values[index] }
    }
  }

  /// The number of the first parameter with a gradient that is infinite or not a number.
  private func firstNotFinite() -> Int? {
    let areFinite = compute.arena.scratch(Bool.self, count: tiles.count)
    tiles.forEach(compute.threads) { index, tile in areFinite[index] = tile.hasFiniteGradient }
    return (0..<tiles.count).first { !areFinite[$0] }.map(tiles.parameter)
  }

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
