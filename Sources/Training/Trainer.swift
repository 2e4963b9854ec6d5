import Autodiff
import Layers
import Sites
import Tensors

/// Trains a segmentation network, sparse or dense, one batch at a time.
public final class Trainer {
  /// The network.
  public let network: any Layer<SparseTensor>
  /// The loss.
  public let loss: SegmentationLoss

  let training: TrainingLoop

  /// What random numbers of training, as masks of dropout, are drawn from.
  public var seed: UInt64 { training.seed }

  /// Number of steps taken; a refused one does not count.
  public var steps: UInt64 { training.steps }

  /// Bytes the largest step took from the arena so far.
  public var highWaterBytes: Int { training.compute.arena.highWaterBytes }

  /// Bytes the arena holds.
  public var heldBytes: Int { training.compute.arena.heldBytes }

  /// How often the arena had to ask the system for memory: constant once steps have warmed up.
  public var systemAllocations: Int { training.compute.arena.systemAllocations }

  /// A trainer with the threads it may use.
  ///
  /// - Parameters:
  ///   - seed: two runs with the same seed leave the same to chance.
  ///   - convolution: how convolutions are computed.
  ///   - precision: what convolutions multiply.
  ///   - gradients: what becomes of gradients before the optimizer is given them.
  ///   - arenaChunkBytes: the least that the memory of the steps grows by.
  ///   - shared: the processes that train it together; nothing for this one alone.
  public init(
    network: any Layer<SparseTensor>, loss: SegmentationLoss, optimizer: any Optimizer,
    threads: Threads, seed: UInt64 = 0, convolution: ConvolutionAlgorithm = .automatic,
    precision: Precision = .float32, gradients: GradientTreatment = GradientTreatment(),
    arenaChunkBytes: Int = Arena.standardChunkBytes, shared: SharedTraining? = nil
  ) {
    self.network = network
    self.loss = loss
    training = TrainingLoop(
      of: network, by: optimizer, threads: threads, seed: seed, convolution: convolution,
      precision: precision, gradients: gradients, arenaChunkBytes: arenaChunkBytes, shared: shared)
  }

  /// What one step did.
  public struct StepResult: Sendable {
    /// The loss before the step, and what the step took.
    public let step: TrainingLoop.Step
    /// For each batch the class of each site before the step, in row order.
    public let predictions: [[UInt8]]
    /// `[event][group]`, of these predictions; the events of all batches.
    public let confusions: [[Confusion]]
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

  /// What a network says of a batch.
  public struct Said {
    /// Scores of each site.
    public let scores: SparseTensor
    /// The loss of whatever else it says, as of other heads; it is added to that of the sites.
    public let otherLoss: Loss?

    /// What a network said.
    public init(scores: SparseTensor, otherLoss: Loss? = nil) {
      self.scores = scores
      self.otherLoss = otherLoss
    }
  }

  /// One training step: forward, backward, optimizer.
  ///
  /// - Parameters:
  ///   - trace: where the network's layers note what they do, and what it took.
  ///   - run: runs the network; left out, sites are all it speaks of.
  /// - Throws: `TrainingError` when the loss is not finite, or when the batch has other classes than
  ///   the network; `LayerError` or `SiteError` when the batch does not fit the network. The network
  ///   is then what it was before, running statistics included.
  public func step(
    _ batch: LabelledSites, learningRate: Double, trace: Trace? = nil,
    _ run: ((SparseTensor) throws -> Said)? = nil
  ) throws -> StepResult {
    try step([batch], learningRate: learningRate, trace: trace) { _, input in
      try run?(input) ?? Said(scores: network(input))
    }
  }

  /// One training step that follows the mean of the gradients of several batches.
  ///
  /// - Parameters:
  ///   - run: runs the network on the batch of this number.
  /// - Throws: as the step of one batch.
  public func step(
    _ batches: [LabelledSites], learningRate: Double, trace: Trace? = nil,
    _ run: (_ batch: Int, SparseTensor) throws -> Said
  ) throws -> StepResult {
    var predicted: [[UInt8]] = []
    let step = try training.step(learningRate: learningRate, parts: batches.count) { part, tape in
      tape.trace = trace
      let said = try run(part, batches[part].input(on: tape))
      let loss = try loss(said.scores, batches[part])
      predicted.append(try predictions(said.scores.features.value))
      return said.otherLoss.map { loss + $0 } ?? loss
    }
    return StepResult(
      step: step, predictions: predicted,
      confusions: try zip(predicted, batches).flatMap { try confusions($0, $1) })
  }

  /// Counts a refused step as one that was taken without effect.
  public func skip() { training.skip() }

  /// Applies the network without changing it.
  ///
  /// - Parameters:
  ///   - statistics: which mean and variance normalisation uses.
  ///   - isShared: whether all ranks do it together, each with a part of a batch: the loss is then this
  ///     rank's part of the whole batch's.
  ///   - run: runs the network; left out, sites are all it speaks of.
  /// - Throws: `TrainingError` when the batch has other classes than the network; `LayerError` or
  ///   `SiteError` when the batch does not fit the network.
  public func evaluate(
    _ batch: LabelledSites, statistics: EvaluationStatistics = .running, isShared: Bool = false,
    _ run: ((SparseTensor) throws -> Said)? = nil
  ) throws -> Evaluation {
    try training.evaluate(statistics: statistics, isShared: isShared) { tape in
      let said = try said(of: batch.input(on: tape), run)
      let loss = try loss(said.scores, batch)
      let predictions = try predictions(said.scores.features.value)
      return Evaluation(
        loss: loss.value + (said.otherLoss?.value ?? 0), predictions: predictions,
        confusions: try confusions(predictions, batch))
    }
  }

  /// Runs the network alone, as in production: no loss, no gradients, running statistics.
  ///
  /// - Parameter trace: where the network's layers note what they do, and what it took.
  /// - Throws: `LayerError` or `SiteError` when the batch does not fit the network.
  package func infer(_ batch: LabelledSites, trace: Trace? = nil) throws {
    try training.evaluate { tape in
      tape.trace = trace
      _ = try network(batch.input(on: tape))
    }
  }

  private func said(
    of input: SparseTensor, _ run: ((SparseTensor) throws -> Said)?
  ) throws -> Said {
    try run?(input) ?? Said(scores: network(input))
  }
}
