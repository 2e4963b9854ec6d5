/// How fast a step was, under the original's names.
public struct StepRates: Sendable {
  /// The rates and times with their names.
  public let named: [(name: String, value: Double)]

  /// The rates of a step.
  ///
  /// - Parameters:
  ///   - seconds: of the whole step: `global_step_per_sec` and `images_per_second`, which is events.
  ///   - minibatchSize: events of the step.
  ///   - waitSeconds: that the step waited for its events: `io_fetch_time`.
  ///   - optimizerSeconds: of the update alone, as in the original: `step_time`.
  public init(
    learningRate: Double, seconds: Double, minibatchSize: Int, waitSeconds: Double,
    optimizerSeconds: Double
  ) {
    let steps = 1 / max(seconds, 1e-9)
    named = [
      ("learning_rate", learningRate), ("global_step_per_sec", steps),
      ("images_per_second", Double(minibatchSize) * steps), ("io_fetch_time", waitSeconds),
      ("step_time", optimizerSeconds),
    ]
  }
}
