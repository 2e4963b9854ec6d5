import Autodiff
import Layers
import Sites
import Tensors

/// Trains a sparse segmentation network, one batch at a time.
public final class Trainer {
  /// The network.
  public let network: any Layer<SparseTensor>
  /// The loss.
  public let loss: SegmentationLoss
  /// Number of classes.
  public let classes: Int

  private let optimizer: any Optimizer
  private let parameters: [Parameter]
  private let compute: Compute

  /// What random numbers of training, as masks of dropout, are drawn from.
  public let seed: UInt64

  /// Number of steps taken; a refused one does not count.
  public private(set) var steps: UInt64 = 0

  /// Bytes the largest step took from the arena so far.
  public var highWaterBytes: Int { compute.arena.highWaterBytes }

  /// Bytes the arena holds.
  public var heldBytes: Int { compute.arena.heldBytes }

  /// How often the arena had to ask the system for memory: constant once steps have warmed up.
  public var systemAllocations: Int { compute.arena.systemAllocations }

  /// A trainer with the threads it may use.
  ///
  /// - Parameter seed: two runs with the same seed leave the same to chance.
  public init(
    network: any Layer<SparseTensor>, loss: SegmentationLoss, optimizer: any Optimizer,
    classes: Int, threads: Threads, seed: UInt64 = 0
  ) {
    self.network = network
    self.loss = loss
    self.optimizer = optimizer
    self.classes = classes
    parameters = network.trainedParameters
    compute = Compute(threads: threads, arena: Arena())
    self.seed = seed
  }

  /// What one step did.
  public struct StepResult: Sendable {
    /// The loss before the step.
    public let loss: Double
    /// `[event][group]`, of the predictions before the step.
    public let confusions: [[Confusion]]
    /// Wall-clock seconds of the network's forward pass and the loss.
    public let forwardSeconds: Double
    /// Wall-clock seconds of the backward pass.
    public let backwardSeconds: Double
    /// Wall-clock seconds of the optimizer.
    public let optimizerSeconds: Double
  }

  /// What the network made of a batch.
  public struct Evaluation: Sendable {
    /// The loss.
    public let loss: Double
    /// The class of each site, in row order.
    public let predictions: [UInt8]
    /// `[event][group]`.
    public let confusions: [[Confusion]]
  }

  /// One training step: forward, backward, optimizer.
  ///
  /// - Throws: `TrainingError` when the loss is not finite; `LayerError` or `SiteError` when the
  ///   batch does not fit the network. The network is then what it was before, running statistics
  ///   included.
  public func step(_ batch: LabelledSites, learningRate: Double) throws -> StepResult {
    compute.arena.reset()
    for parameter in parameters { parameter.clearGradient() }
    var clock = Stopwatch()
    let tape = Tape(
      .training, compute: compute, randomness: StepRandomness(seed: seed, step: steps))
    // Whatever a refused step has recorded goes with it; a step that was taken leaves nothing.
    defer { tape.discard() }
    let logits = try network(input(batch, tape)).features
    let (loss, gradient) = loss(logits.value, batch, compute: compute)
    guard loss.isFinite else {
      throw TrainingError(
        "the loss is \(loss.isNaN ? "not a number" : "\(loss)"): "
          + "lower the learning rate or check the input's values")
    }
    let forward = clock.lap()
    tape.backward(from: logits, gradient: gradient)
    let backward = clock.lap()
    optimizer.step(parameters, learningRate: learningRate, threads: compute.threads)
    let optimizer = clock.lap()
    steps += 1
    return StepResult(
      loss: loss,
      confusions: confusions(predictions(logits.value), batch, classes: classes),
      forwardSeconds: forward, backwardSeconds: backward, optimizerSeconds: optimizer)
  }

  /// Applies the network without changing it.
  ///
  /// - Parameter statistics: `.running` as in production, or `.batch` to judge training without the
  ///   lag of running statistics.
  /// - Throws: `LayerError` or `SiteError` when the batch does not fit the network.
  public func evaluate(
    _ batch: LabelledSites, statistics: Tape.Statistics = .running
  ) throws -> Evaluation {
    precondition(statistics != .batchUpdatingRunning, "an evaluation changes nothing")
    compute.arena.reset()
    let tape = Tape(.inference, compute: compute, statistics: statistics)
    let logits = try network(input(batch, tape)).features.value
    let (loss, _) = loss(logits, batch, compute: compute)
    let predictions = predictions(logits)
    return Evaluation(
      loss: loss, predictions: predictions,
      confusions: confusions(predictions, batch, classes: classes))
  }

  private func input(_ batch: LabelledSites, _ tape: Tape) throws -> SparseTensor {
    let features = compute.arena.tensor(rows: batch.count, channels: batch.channels)
    batch.features.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { features.values.update(from: base, count: source.count) }
    }
    return try SparseTensor(features, plan: batch.plan, tape: tape)
  }
}

/// Why training cannot go on.
public struct TrainingError: Error, CustomStringConvertible, Equatable, Sendable {
  /// One sentence that names what happened and the remedy.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) {
    self.description = description
  }
}

/// Wall-clock seconds between calls.
public struct Stopwatch {
  private var start = ContinuousClock.now

  /// Starts now.
  public init() {}

  /// Seconds since the start or the last lap, and starts anew.
  public mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { start = now }
    return (now - start) / .seconds(1)
  }
}
