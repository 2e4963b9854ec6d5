import Training

/// The learning rate of each step of a run on some ranks.
struct RunSchedule {
  let schedule: LearningRateSchedule
  let scaling: RankScaling
  let ranks: Int

  /// The learning rate of a step, the first being zero.
  func rate(step: Int) -> Double {
    schedule.rate(step: step) * scaling.factor(step: step, ranks: ranks)
  }
}
