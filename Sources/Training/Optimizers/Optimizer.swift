import Autodiff
import Tensors

/// Changes parameters by their gradients.
public protocol Optimizer: AnyObject {
  /// What it remembers from step to step: all it needs, beside its constants, to go on.
  var memory: OptimizerMemory { get }

  /// Makes one step.
  ///
  /// - Parameters:
  ///   - parameters: always the same ones, in the same order.
  ///   - learningRate: the step's learning rate, given anew each time by a schedule.
  func step(_ parameters: [Parameter], learningRate: Double, threads: Threads)
}

/// The optimizers that users choose by name.
public enum OptimizerKind: String, CaseIterable, Sendable {
  /// Adam with PyTorch's constants.
  case adam
  /// RMSprop with the original's epsilon of 1e-4.
  case rmsprop
  /// Plain gradient descent.
  case sgd
  /// Momentum, as far in each parameter as this is large.
  case lars
  /// Adam, as far in each parameter as this is large.
  case lamb
  /// Adagrad with PyTorch's constants.
  case adagrad
  /// Adadelta with PyTorch's constants.
  case adadelta
  /// Adam that decays weights apart from gradients.
  case adamw

  /// PyTorch's default learning rate; of the two that it lacks, what their papers begin with.
  public var learningRate: Double {
    switch self {
    case .adam, .adamw, .lamb, .sgd: 1e-3
    case .rmsprop, .adagrad: 1e-2
    case .lars: 0.1
    case .adadelta: 1
    }
  }

  /// PyTorch's default weight decay.
  public var weightDecay: Double { self == .adamw ? 1e-2 : 0 }

  /// Whether weight decay is part of the step and not of the gradient.
  public var decaysWeights: Bool { [.adamw, .lars, .lamb].contains(self) }

  /// A fresh optimizer.
  ///
  /// - Parameter weightDecay: used by those that decay weights themselves (`decaysWeights`); for the
  ///   others the training loop adds it to gradients.
  public func make(weightDecay: Double = 0) -> any Optimizer {
    switch self {
    case .adam: Adam()
    case .rmsprop: RMSprop(epsilon: 1e-4)
    case .sgd: SGD()
    case .lars: LARS(weightDecay: weightDecay)
    case .lamb: LAMB(weightDecay: weightDecay)
    case .adagrad: Adagrad()
    case .adadelta: Adadelta()
    case .adamw: Adam(decouplingWeightDecay: weightDecay)
    }
  }
}
