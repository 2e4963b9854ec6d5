import Autodiff
import Kernels
import Layers
import Networks
import Sites
import Tensors
import Training

/// Runs a network over batches, training and then inference, and measures every layer.
///
/// Plans are made ahead on a thread of their own, as in training, and each pass has its own.
package struct NetworkProfiler {
  package let network: UResNetConfiguration
  package let training: TrainingConfiguration
  /// Passes that are measured, of each kind.
  package let steps: Int
  /// Passes before that, of each kind.
  package let warmUp: Int

  package init(
    network: UResNetConfiguration, training: TrainingConfiguration, steps: Int, warmUp: Int
  ) {
    self.network = network
    self.training = training
    self.steps = steps
    self.warmUp = warmUp
  }

  /// Measures.
  ///
  /// - Throws: what the network says of batches that do not fit; `TrainingError` when the loss is no
  ///   longer finite.
  package func run(_ batches: [SiteAssembly.Batch]) throws -> NetworkMeasurement {
    let threads = Threads(count: training.threads)
    let peaks = MachinePeaks(measuredBy: threads, precision: training.precision)
    MemoryUse.forgetPeak()
    let network = try network.network(training.mode, seed: training.seed)
    let trainer = Trainer(
      network: network, loss: training.loss, optimizer: training.optimizer.make(),
      threads: threads, seed: training.seed, convolution: training.convolution,
      precision: training.precision, gradients: training.gradients)
    let planner = NetworkPlanner(
      network, inputChannels: self.network.inputChannels, index: training.siteIndex)
    let beginning = ContinuousClock.now
    let trained = try passes(batches, planner, trainer) { batch, trace in
      try trainer.step(batch, learningRate: training.learningRate, trace: trace).step
    }
    let memory = NetworkMeasurement.Memory(
      peakResidentBytes: MemoryUse.peakResidentBytes, arenaBytes: trainer.highWaterBytes,
      arenaHeldBytes: trainer.heldBytes)
    // As `inference` computes: its statistics are folded in when training is over.
    let scorer = PixelScorer(
      network,
      Compute(
        threads: threads, convolution: training.convolution, precision: training.precision))
    let inferred = try passes(batches, planner, trainer) { batch, trace in
      _ = try scorer.score(batch, stored: batch.plan.sites, name: "the profile", trace: trace)
      return nil
    }
    return NetworkMeasurement(
      training: trained, inference: inferred, memory: memory, peaks: peaks,
      parameterCount: network.parameterCount, beginning: beginning,
      plan: try batches.first.map { try planner.plan($0.sites) })
  }

  private func passes(
    _ batches: [SiteAssembly.Batch], _ planner: NetworkPlanner, _ trainer: Trainer,
    _ pass: (LabelledSites, Trace) throws -> TrainingLoop.Step?
  ) throws -> [MeasuredPass] {
    let planned = PlannedBatches(
      batches, planner: planner, count: warmUp + steps)
    var passes: [MeasuredPass] = []
    var start = ContinuousClock.now
    var allocations = trainer.systemAllocations
    while let batch = try planned.next() {
      let waited = ContinuousClock.now
      let trace = Trace(isTiming: true)
      let step = try pass(batch.sites, trace)
      let end = ContinuousClock.now
      passes.append(
        MeasuredPass(
          time: .from(start, to: end), waiting: .from(start, to: waited),
          planning: .from(batch.start, to: batch.end),
          rulebooks: batch.sites.plan.entries.map(MeasuredRulebook.init), step: step, trace: trace,
          sites: batch.sites.count, allocations: trainer.systemAllocations - allocations))
      allocations = trainer.systemAllocations
      start = .now
    }
    return Array(passes.dropFirst(warmUp))
  }
}

/// What was measured of a network.
package struct NetworkMeasurement {
  let training: [MeasuredPass]
  let inference: [MeasuredPass]
  package let memory: Memory
  package let peaks: MachinePeaks
  package let parameterCount: Int
  let beginning: ContinuousClock.Instant
  /// A plan of the first batch.
  let plan: Plan?

  /// Memory after training.
  package struct Memory {
    /// The most bytes of the process.
    package let peakResidentBytes: Int
    /// The most bytes that a step took from the arena.
    package let arenaBytes: Int
    /// Bytes that the arena holds.
    package let arenaHeldBytes: Int
  }

  /// Medians over the passes measured.
  package var trainStepSeconds: Double { training.map(\.seconds).median }
  package var inferenceSeconds: Double { inference.map(\.seconds).median }
  package var planningSeconds: Double { training.map(\.planning.seconds).median }
  package var exposedPlanningSeconds: Double { training.map(\.exposedPlanning).median }
  package var allocationsPerStep: Double { training.map { Double($0.allocations) }.median }
  package var sites: Int { Int(training.map { Double($0.sites) }.median) }
  package var convolutionSeconds: Double { training.map(\.convolutionSeconds).median }
  package var nonConvolutionSeconds: Double {
    training.map { $0.seconds - $0.convolutionSeconds }.median
  }

  /// The shortest passes.
  package var bestTrainStepSeconds: Double { training.map(\.seconds).min() ?? 0 }
  package var bestInferenceSeconds: Double { inference.map(\.seconds).min() ?? 0 }
  package var bestPlanningSeconds: Double { training.map(\.planning.seconds).min() ?? 0 }

  /// Work of the first pass, forward.
  package var multiplyAdds: Int {
    training.first?.trace.entries.reduce(0) { $0 + $1.multiplyAdds } ?? 0
  }
  /// The least that the layers of the first pass move, forward.
  package var bytes: Int { training.first?.trace.entries.reduce(0) { $0 + $1.bytes } ?? 0 }
  package var pairs: Int { training.first?.trace.entries.reduce(0) { $0 + $1.pairs } ?? 0 }
}
