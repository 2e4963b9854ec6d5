import Autodiff
import Tensors

/// Changes parameters by their gradients.
public protocol Optimizer: AnyObject {
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

  /// PyTorch's default learning rate.
  public var learningRate: Double {
    switch self {
    case .adam, .sgd: 1e-3
    case .rmsprop: 1e-2
    }
  }

  /// A fresh optimizer.
  public func make() -> any Optimizer {
    switch self {
    case .adam: Adam()
    case .rmsprop: RMSprop(epsilon: 1e-4)
    case .sgd: SGD()
    }
  }
}

/// Gradient descent without momentum: `p -= rate · g`.
public final class SGD: Optimizer {
  private var tiles = ParameterTiles()

  /// An optimizer without state.
  public init() {}

  /// One pass over parameters and gradients.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let rate = Eight(repeating: Float(learningRate))
    tiles.cover(parameters)
    tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, _, _ in
        values -= rate * gradient
      }
    }
  }
}

/// RMSprop as PyTorch computes it: `v = α·v + (1-α)·g²`, `p -= rate · g / (√v + ε)`.
public final class RMSprop: Optimizer {
  private let alpha: Float
  private let epsilon: Float
  private var tiles = ParameterTiles(states: 1)

  /// An optimizer with PyTorch's decay.
  public init(alpha: Double = 0.99, epsilon: Double = 1e-8) {
    self.alpha = Float(alpha)
    self.epsilon = Float(epsilon)
  }

  /// One pass over parameters, gradients and one state.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let rate = Eight(repeating: Float(learningRate))
    let (alpha, share) = (Eight(repeating: alpha), Eight(repeating: 1 - alpha))
    let epsilon = Eight(repeating: epsilon)
    tiles.cover(parameters)
    tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, square, _ in
        square = alpha * square + share * gradient * gradient
        values -= rate * gradient / (square.squareRoot() + epsilon)
      }
    }
  }
}

/// Adam (Kingma and Ba, arXiv:1412.6980) as PyTorch computes it.
public final class Adam: Optimizer {
  private let betas: (first: Double, second: Double)
  private let epsilon: Float
  private var tiles = ParameterTiles(states: 2)
  private var steps = 0

  /// An optimizer with PyTorch's constants.
  public init(betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8) {
    self.betas = (betas.0, betas.1)
    self.epsilon = Float(epsilon)
  }

  /// One pass over parameters, gradients and two states.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    if tiles.cover(parameters) { steps = 0 }
    steps += 1
    let first = Eight(repeating: Float(betas.first))
    let second = Eight(repeating: Float(betas.second))
    let firstShare = Eight(repeating: Float(1 - betas.first))
    let secondShare = Eight(repeating: Float(1 - betas.second))
    let rate = Eight(repeating: Float(learningRate / (1 - power(betas.first, steps))))
    let correction = Eight(
      repeating: Float(1 / (1 - power(betas.second, steps)).squareRoot()))
    let epsilon = Eight(repeating: epsilon)
    tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, mean, square in
        mean = first * mean + firstShare * gradient
        square = second * square + secondShare * gradient * gradient
        values -= rate * mean / (square.squareRoot() * correction + epsilon)
      }
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent {
      result *= base
      // Beyond this the correction is one to the last bit, and the loop would only grow.
      if result < 1e-18 { return 0 }
    }
    return result
  }
}
