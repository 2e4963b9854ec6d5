/// An optimizer in double precision, written from its definition.
public protocol ReferenceOptimizer {
  /// The step size.
  var learningRate: Double { get set }
  /// One step of one parameter.
  mutating func step(_ parameters: inout [Double], gradient: [Double])
}

/// Adam as PyTorch steps it (Kingma and Ba, arXiv 1412.6980), in double precision.
public struct ReferenceAdam: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  /// How much of the mean gradient a step keeps.
  public var beta1 = 0.9
  /// How much of the mean squared gradient a step keeps.
  public var beta2 = 0.999
  /// Added to the root of the corrected mean square.
  public var epsilon = 1e-8
  private var steps = 0
  private var mean: [Double] = []
  private var square: [Double] = []

  /// Adam before its first step.
  public init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// One step: `p −= lr · m / (√v + ε)` with bias-corrected averages.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    if steps == 0 {
      mean = gradient.map { _ in 0 }
      square = mean
    }
    steps += 1
    let correction1 = 1 - power(beta1, steps)
    let correction2 = 1 - power(beta2, steps)
    for (index, slope) in gradient.enumerated() {
      mean[index] = beta1 * mean[index] + (1 - beta1) * slope
      square[index] = beta2 * square[index] + (1 - beta2) * slope * slope
      let deviation = (square[index] / correction2).squareRoot() + epsilon
      parameters[index] -= learningRate * mean[index] / correction1 / deviation
    }
  }
}

/// RMSprop as PyTorch steps it: not centred, without momentum, epsilon outside the root.
public struct ReferenceRMSprop: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  /// How much of the mean squared gradient a step keeps.
  public var alpha: Double
  /// Added to the root of the mean square; CosmicTagger uses 1e-4.
  public var epsilon: Double
  private var square: [Double] = []

  /// RMSprop before its first step.
  public init(learningRate: Double, alpha: Double = 0.99, epsilon: Double = 1e-8) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
  }

  /// One step: `p −= lr · g / (√v + ε)`.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    if square.isEmpty { square = gradient.map { _ in 0 } }
    for (index, slope) in gradient.enumerated() {
      square[index] = alpha * square[index] + (1 - alpha) * slope * slope
      parameters[index] -= learningRate * slope / (square[index].squareRoot() + epsilon)
    }
  }
}

/// Stochastic gradient descent without momentum: `p −= lr · g`.
public struct ReferenceSGD: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double

  /// Descent with that step size.
  public init(learningRate: Double) { self.learningRate = learningRate }

  /// One step.
  public func step(_ parameters: inout [Double], gradient: [Double]) {
    for (index, slope) in gradient.enumerated() { parameters[index] -= learningRate * slope }
  }
}

/// The gradient of a loss to which `decay` times half the sum of the squares of all parameters is added.
public func decayedGradient(
  _ gradient: [Double], of parameters: [Double], decay: Double
) -> [Double] {
  zip(gradient, parameters).map { $0 + decay * $1 }
}

func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}
