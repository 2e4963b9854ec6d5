/// Adagrad as PyTorch steps it (Duchi, Hazan and Singer, 2011): `s += g²`, `p −= lr · g / (√s + ε)`.
public struct ReferenceAdagrad: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  private let epsilon = 1e-10
  private var sum: [Double] = []

  /// Adagrad before its first step.
  public init(learningRate: Double) { self.learningRate = learningRate }

  /// One step.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    if sum.isEmpty { sum = gradient.map { _ in 0 } }
    for (index, slope) in gradient.enumerated() {
      sum[index] += slope * slope
      parameters[index] -= learningRate * slope / (sum[index].squareRoot() + epsilon)
    }
  }
}

/// Adadelta as PyTorch steps it (Zeiler, arXiv 1212.5701).
public struct ReferenceAdadelta: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  private let rho = 0.9
  private let epsilon = 1e-6
  private var square: [Double] = []
  private var stepSquare: [Double] = []

  /// Adadelta before its first step.
  public init(learningRate: Double) { self.learningRate = learningRate }

  /// One step.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    if square.isEmpty {
      square = gradient.map { _ in 0 }
      stepSquare = square
    }
    for (index, slope) in gradient.enumerated() {
      square[index] = rho * square[index] + (1 - rho) * slope * slope
      let deviation = (square[index] + epsilon).squareRoot()
      let step = (stepSquare[index] + epsilon).squareRoot() / deviation * slope
      stepSquare[index] = rho * stepSquare[index] + (1 - rho) * step * step
      parameters[index] -= learningRate * step
    }
  }
}

/// AdamW as PyTorch steps it (Loshchilov and Hutter, arXiv 1711.05101): weights shrink before Adam's step.
public struct ReferenceAdamW: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  private let weightDecay: Double
  private var adam: ReferenceAdam

  /// AdamW before its first step.
  public init(learningRate: Double, weightDecay: Double) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    adam = ReferenceAdam(learningRate: learningRate)
  }

  /// One step.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    for index in parameters.indices { parameters[index] *= 1 - learningRate * weightDecay }
    adam.learningRate = learningRate
    adam.step(&parameters, gradient: gradient)
  }
}

/// LARS (You, Gitman and Ginsburg, arXiv 1708.03888).
public struct ReferenceLARS: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  private let weightDecay: Double
  private let isScaled: Bool
  private let momentum = 0.9
  private let trust = 1e-3
  private var velocity: [Double] = []

  /// LARS before its first step.
  ///
  /// - Parameter isScaled: false of biases and normalisation, which follow plain momentum.
  public init(learningRate: Double, weightDecay: Double, isScaled: Bool) {
    self.learningRate = learningRate
    self.weightDecay = isScaled ? weightDecay : 0
    self.isScaled = isScaled
  }

  /// One step.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    if velocity.isEmpty { velocity = gradient.map { _ in 0 } }
    let (weights, slopes) = (euclideanNorm(parameters), euclideanNorm(gradient))
    let ratio =
      isScaled && weights > 0 && slopes > 0
      ? trust * weights / (slopes + weightDecay * weights) : 1
    for (index, slope) in gradient.enumerated() {
      let decayed = slope + weightDecay * parameters[index]
      velocity[index] = momentum * velocity[index] + learningRate * ratio * decayed
      parameters[index] -= velocity[index]
    }
  }
}

/// LAMB (You and others, arXiv 1904.00962).
public struct ReferenceLAMB: ReferenceOptimizer, Sendable {
  /// The step size.
  public var learningRate: Double
  private let weightDecay: Double
  private let isScaled: Bool
  private let beta1 = 0.9
  private let beta2 = 0.999
  private let epsilon = 1e-6
  private var steps = 0
  private var mean: [Double] = []
  private var square: [Double] = []

  /// LAMB before its first step.
  ///
  /// - Parameter isScaled: false of biases and normalisation, which follow Adam.
  public init(learningRate: Double, weightDecay: Double, isScaled: Bool) {
    self.learningRate = learningRate
    self.weightDecay = isScaled ? weightDecay : 0
    self.isScaled = isScaled
  }

  /// One step.
  public mutating func step(_ parameters: inout [Double], gradient: [Double]) {
    if steps == 0 {
      mean = gradient.map { _ in 0 }
      square = mean
    }
    steps += 1
    var change = gradient
    for (index, slope) in gradient.enumerated() {
      mean[index] = beta1 * mean[index] + (1 - beta1) * slope
      square[index] = beta2 * square[index] + (1 - beta2) * slope * slope
      let corrected = mean[index] / (1 - power(beta1, steps))
      let deviation = (square[index] / (1 - power(beta2, steps))).squareRoot() + epsilon
      change[index] = corrected / deviation + weightDecay * parameters[index]
    }
    let (weights, changes) = (euclideanNorm(parameters), euclideanNorm(change))
    let ratio = isScaled && weights > 0 && changes > 0 ? weights / changes : 1
    for index in parameters.indices { parameters[index] -= learningRate * ratio * change[index] }
  }
}

private func euclideanNorm(_ values: [Double]) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}
