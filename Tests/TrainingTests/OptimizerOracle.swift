import Reference
import Training

extension OptimizerKind {
  /// The oracle of one parameter.
  ///
  /// - Parameters:
  ///   - weightDecay: for those that decay weights themselves.
  ///   - isVector: whether the parameter has one extent only.
  func oracle(
    rate: Double, weightDecay: Double = 0, isVector: Bool = false
  ) -> any ReferenceOptimizer {
    switch self {
    case .adam: ReferenceAdam(learningRate: rate)
    case .rmsprop: ReferenceRMSprop(learningRate: rate, epsilon: 1e-4)
    case .sgd: ReferenceSGD(learningRate: rate)
    case .adagrad: ReferenceAdagrad(learningRate: rate)
    case .adadelta: ReferenceAdadelta(learningRate: rate)
    case .adamw: ReferenceAdamW(learningRate: rate, weightDecay: weightDecay)
    case .lars:
      ReferenceLARS(learningRate: rate, weightDecay: weightDecay, isScaled: !isVector)
    case .lamb:
      ReferenceLAMB(learningRate: rate, weightDecay: weightDecay, isScaled: !isVector)
    }
  }
}
