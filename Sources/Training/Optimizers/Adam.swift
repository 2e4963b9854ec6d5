import Autodiff
import Tensors

/// Adam (Kingma and Ba, arXiv:1412.6980) as PyTorch computes it, and AdamW (Loshchilov and Hutter,
/// arXiv:1711.05101), which makes weights smaller by themselves and not by their gradients.
public final class Adam: Optimizer {
  /// Means of the gradient and of its square.
  public let memory: OptimizerMemory

  private let averages: AdamAverages
  private let weightDecay: Double

  /// An optimizer with PyTorch's constants.
  public init(betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8) {
    memory = OptimizerMemory(of: "adam", AdamAverages.names)
    averages = AdamAverages(betas: betas, epsilon: epsilon)
    weightDecay = 0
  }

  /// AdamW: each step first takes `rate · decay` of every weight from it.
  public init(
    decouplingWeightDecay weightDecay: Double, betas: (Double, Double) = (0.9, 0.999),
    epsilon: Double = 1e-8
  ) {
    memory = OptimizerMemory(of: "adamw", AdamAverages.names)
    averages = AdamAverages(betas: betas, epsilon: epsilon)
    self.weightDecay = weightDecay
  }

  /// One pass over parameters, gradients and two states.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    memory.beginStep(parameters)
    let step = averages.step(memory.steps, learningRate: learningRate)
    guard weightDecay != 0 else {
      memory.tiles.forEach(threads) { tile in
        tile.forEachEight { values, gradient, mean, square in
          values -= step.change(gradient, &mean, &square)
        }
      }
      return
    }
    let kept = Eight(repeating: Float(1 - learningRate * weightDecay))
    memory.tiles.forEach(threads) { tile in
      tile.forEachEight { values, gradient, mean, square in
        values = kept * values - step.change(gradient, &mean, &square)
      }
    }
  }
}

/// The averages that Adam and its relatives keep.
struct AdamAverages {
  /// What is remembered of each value.
  static let names = ["mean", "square"]

  let betas: (first: Double, second: Double)
  let epsilon: Float

  init(betas: (Double, Double), epsilon: Double) {
    self.betas = (betas.0, betas.1)
    self.epsilon = Float(epsilon)
  }

  /// The constants of one step, the first one being 1.
  func step(_ number: Int, learningRate: Double) -> Step {
    Step(
      first: Eight(repeating: Float(betas.first)),
      firstShare: Eight(repeating: Float(1 - betas.first)),
      second: Eight(repeating: Float(betas.second)),
      secondShare: Eight(repeating: Float(1 - betas.second)),
      rate: Eight(repeating: Float(learningRate / (1 - Self.power(betas.first, number)))),
      correction: Eight(
        repeating: Float(1 / (1 - Self.power(betas.second, number)).squareRoot())),
      epsilon: Eight(repeating: epsilon))
  }

  struct Step {
    let first: Eight
    let firstShare: Eight
    let second: Eight
    let secondShare: Eight
    let rate: Eight
    let correction: Eight
    let epsilon: Eight

    /// Takes a gradient into the averages, and returns what they make of it.
    @inline(__always)
    func change(_ gradient: Eight, _ mean: inout Eight, _ square: inout Eight) -> Eight {
      mean = first * mean + firstShare * gradient
      square = second * square + secondShare * gradient * gradient
      return change(mean, square)
    }

    /// What the averages make of the gradients they hold.
    @inline(__always)
    func change(_ mean: Eight, _ square: Eight) -> Eight {
      rate * mean / (square.squareRoot() * correction + epsilon)
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    for _ in 0..<exponent {
      result *= base
      // Beyond this the correction is one to the last bit, and the loop would only grow.
      if result < 1e-18 { return 0 }
    }
    return result
  }
}
