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
  /// An optimizer without state.
  public init() {}

  /// One pass over parameters and gradients.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let rate = Float(learningRate)
    forEachTile(of: parameters, threads) { parameter, _, range in
      let values = parameter.value.values
      let gradient = parameter.gradient.values
      for index in range { values[index] -= rate * gradient[index] }
    }
  }
}

/// RMSprop as PyTorch computes it: `v = α·v + (1-α)·g²`, `p -= rate · g / (√v + ε)`.
public final class RMSprop: Optimizer {
  private let alpha: Float
  private let epsilon: Float
  private var squares = ParameterState()

  /// An optimizer with PyTorch's decay.
  public init(alpha: Double = 0.99, epsilon: Double = 1e-8) {
    self.alpha = Float(alpha)
    self.epsilon = Float(epsilon)
  }

  /// One pass over parameters, gradients and one state.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let squares = squares.tensors(for: parameters)
    let rate = Float(learningRate)
    let (alpha, epsilon) = (alpha, epsilon)
    forEachTile(of: parameters, threads) { parameter, number, range in
      let values = parameter.value.values
      let gradient = parameter.gradient.values
      let square = squares[number].values
      for index in range {
        square[index] = alpha * square[index] + (1 - alpha) * gradient[index] * gradient[index]
        values[index] -= rate * gradient[index] / (square[index].squareRoot() + epsilon)
      }
    }
  }
}

/// Adam (Kingma and Ba, arXiv:1412.6980) as PyTorch computes it.
public final class Adam: Optimizer {
  private let betas: (first: Double, second: Double)
  private let epsilon: Float
  private var means = ParameterState()
  private var squares = ParameterState()
  private var steps = 0

  /// An optimizer with PyTorch's constants.
  public init(betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8) {
    self.betas = (betas.0, betas.1)
    self.epsilon = Float(epsilon)
  }

  /// One pass over parameters, gradients and two states.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    let means = means.tensors(for: parameters)
    let squares = squares.tensors(for: parameters)
    steps += 1
    let first = Float(betas.first)
    let second = Float(betas.second)
    let firstShare = Float(1 - betas.first)
    let secondShare = Float(1 - betas.second)
    let rate = Float(learningRate / (1 - power(betas.first, steps)))
    let correction = Float(1 / (1 - power(betas.second, steps)).squareRoot())
    let epsilon = epsilon
    forEachTile(of: parameters, threads) { parameter, number, range in
      let values = parameter.value.values
      let gradient = parameter.gradient.values
      let mean = means[number].values
      let square = squares[number].values
      for index in range {
        let slope = gradient[index]
        mean[index] = first * mean[index] + firstShare * slope
        square[index] = second * square[index] + secondShare * slope * slope
        values[index] -= rate * mean[index] / (square[index].squareRoot() * correction + epsilon)
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

/// What an optimizer remembers of each parameter, zeros at first.
///
/// It belongs to the parameter and not to its place in a list: an optimizer that is given another
/// network begins anew there.
private struct ParameterState {
  private var parameters: [Parameter] = []
  private var states: [Tensor] = []

  mutating func tensors(for asked: [Parameter]) -> [Tensor] {
    if !parameters.elementsEqual(asked, by: ===) {
      var known: [ObjectIdentifier: Tensor] = [:]
      for (parameter, state) in zip(parameters, states) {
        known[ObjectIdentifier(parameter)] = state
      }
      states = asked.map {
        known[ObjectIdentifier($0)]
          ?? Tensor(rows: $0.value.rows, channels: $0.value.channels)
      }
      parameters = asked
    }
    return states
  }
}

/// Shares the values of all parameters out in tiles: `(parameter, its number, range of values)`.
private func forEachTile(
  of parameters: [Parameter], _ threads: Threads,
  _ body: (Parameter, Int, Range<Int>) -> Void
) {
  let tile = 1 << 15
  var tiles: [(number: Int, start: Int)] = []
  for (number, parameter) in parameters.enumerated() {
    tiles += stride(from: 0, to: parameter.count, by: tile).map { (number, $0) }
  }
  threads.run(tiles.count) { index, _ in
    let (number, start) = tiles[index]
    let parameter = parameters[number]
    body(parameter, number, start..<min(start + tile, parameter.count))
  }
}
