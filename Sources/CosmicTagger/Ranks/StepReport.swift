import Training

/// What a rank tells the first one of its part of a step.
struct StepReport: Equatable {
  /// The numbers of its events.
  var events: [Int]
  /// What is missing of them.
  var omissions = Omissions()
  /// Sites of its events.
  var sites = 0
  /// Seconds it waited for events.
  var waitSeconds = 0.0
  /// Seconds it computed, without what it waited for others.
  var computeSeconds = 0.0
  /// Seconds it waited for others, or for their messages.
  var exchangeSeconds = 0.0
  /// `[event][plane]`, in the order of its events.
  var confusions: [[Confusion]] = []
  /// How the heads did.
  var heads = HeadFigures()

  /// What is known before the step is taken.
  ///
  /// - Parameters:
  ///   - waited: seconds it waited for events.
  ///   - agreed: seconds it then waited for others to have theirs.
  init(_ batches: [LoadedBatch], waited: Double, agreed: Double) {
    events = batches.flatMap(\.events)
    sites = batches.reduce(0) { $0 + $1.sites.count }
    waitSeconds = waited
    exchangeSeconds = agreed
    for batch in batches { omissions.add(batch.omissions) }
  }

  /// Adds what the step gave.
  mutating func add(_ result: Trainer.StepResult) {
    let step = result.step
    exchangeSeconds += step.exchangeSeconds
    computeSeconds =
      step.forwardSeconds + step.backwardSeconds + step.optimizerSeconds - step.exchangeSeconds
    confusions = result.confusions
  }
}

extension [StepReport] {
  /// Events of all ranks, in their order.
  var events: [Int] { flatMap(\.events) }

  /// `[event][plane]`, of all ranks.
  var confusions: [[Confusion]] { flatMap(\.confusions) }

  /// How the heads did on all of them.
  var heads: HeadFigures { reduce(into: HeadFigures()) { $0.add($1.heads) } }

  /// What is missing on any of them.
  var omissions: Omissions { reduce(into: Omissions()) { $0.add($1.omissions) } }
}
