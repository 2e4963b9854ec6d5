import Autodiff
import Tensors

/// Gradient descent without momentum: `p -= rate · g`.
public final class SGD: Optimizer {
  /// No numbers.
  public let memory = OptimizerMemory(of: "sgd")

  /// An optimizer without state.
  public init() {}

  /// One pass over parameters and gradients.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let rate = Eight(repeating: Float(learningRate))
    memory.beginStep(parameters)
    memory.tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, _, _ in
        values -= rate * gradient
      }
    }
  }
}

/// RMSprop as PyTorch computes it: `v = α·v + (1-α)·g²`, `p -= rate · g / (√v + ε)`.
public final class RMSprop: Optimizer {
  /// The mean square of the gradient.
  public let memory = OptimizerMemory(of: "rmsprop", ["square"])

  private let alpha: Float
  private let epsilon: Float

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
    memory.beginStep(parameters)
    memory.tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, square, _ in
        square = alpha * square + share * gradient * gradient
        values -= rate * gradient / (square.squareRoot() + epsilon)
      }
    }
  }
}

/// Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011) as PyTorch computes it: `s += g²`,
/// `p -= rate · g / (√s + ε)`.
public final class Adagrad: Optimizer {
  /// The sum of the squares of all gradients.
  public let memory = OptimizerMemory(of: "adagrad", ["sum"])

  private let epsilon: Float

  /// An optimizer with PyTorch's constant.
  public init(epsilon: Double = 1e-10) {
    self.epsilon = Float(epsilon)
  }

  /// One pass over parameters, gradients and one state.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let rate = Eight(repeating: Float(learningRate))
    let epsilon = Eight(repeating: epsilon)
    memory.beginStep(parameters)
    memory.tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, sum, _ in
        sum += gradient * gradient
        values -= rate * gradient / (sum.squareRoot() + epsilon)
      }
    }
  }
}

/// Adadelta (Zeiler, arXiv:1212.5701) as PyTorch computes it: each step has the size of those before.
public final class Adadelta: Optimizer {
  /// Mean squares of the gradient and of the step.
  public let memory = OptimizerMemory(of: "adadelta", ["square", "step"])

  private let rho: Float
  private let epsilon: Float

  /// An optimizer with PyTorch's constants.
  public init(rho: Double = 0.9, epsilon: Double = 1e-6) {
    self.rho = Float(rho)
    self.epsilon = Float(epsilon)
  }

  /// One pass over parameters, gradients and two states.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let rate = Eight(repeating: Float(learningRate))
    let (rho, share) = (Eight(repeating: rho), Eight(repeating: 1 - rho))
    let epsilon = Eight(repeating: epsilon)
    memory.beginStep(parameters)
    memory.tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, square, stepSquare in
        square = rho * square + share * gradient * gradient
        let step =
          (stepSquare + epsilon).squareRoot() / (square + epsilon).squareRoot() * gradient
        stepSquare = rho * stepSquare + share * step * step
        values -= rate * step
      }
    }
  }
}
