import Autodiff
import Tensors

/// LARS (You, Gitman and Ginsburg, arXiv:1708.03888): momentum whose step in each parameter follows the
/// parameter's own size, for large batches.
///
/// `v = m·v + rate·λ·(g + β·w)`, `w -= v`, with `λ = η·‖w‖ / (‖g‖ + β·‖w‖)`. Biases and normalisation,
/// which have one extent only, and parameters that are zero keep `λ = 1`; of the first, nothing decays.
public final class LARS: Optimizer {
  /// The velocity.
  public let memory = OptimizerMemory(of: "lars", ["velocity"])

  private let momentum: Double
  private let trust: Double
  private let weightDecay: Double

  /// An optimizer with the paper's constants.
  ///
  /// - Parameters:
  ///   - trust: η.
  ///   - weightDecay: β.
  public init(momentum: Double = 0.9, trust: Double = 1e-3, weightDecay: Double = 0) {
    self.momentum = momentum
    self.trust = trust
    self.weightDecay = weightDecay
  }

  /// Two passes over parameters and gradients, the second also over one state.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    memory.beginStep(parameters)
    let norms = memory.tiles.norms(threads) { tile in
      var (values, gradients) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      tile.forEachEight { value, gradient, _, _ in
        let (value, gradient) = (SIMD8<Double>(value), SIMD8<Double>(gradient))
        values += value * value
        gradients += gradient * gradient
      }
      return (values.sum(), gradients.sum())
    }
    let (momentum, weightDecay) = (Eight(repeating: Float(momentum)), self.weightDecay)
    let rates = zip(parameters, norms).map { parameter, norms in
      parameter.isVector ? learningRate : learningRate * ratio(norms.values, norms.changes)
    }
    memory.tiles.forEach(threads) { tile in
      let rate = Eight(repeating: Float(rates[tile.number]))
      let decay = Eight(
        repeating: parameters[tile.number].isVector ? 0 : Float(weightDecay))
      tile.forEachEight { values, gradient, velocity, _ in
        velocity = momentum * velocity + rate * (gradient + decay * values)
        values -= velocity
      }
    }
  }

  private func ratio(_ values: Double, _ gradients: Double) -> Double {
    guard values > 0, gradients > 0 else { return 1 }
    return trust * values / (gradients + weightDecay * values)
  }
}

/// LAMB (You and others, arXiv:1904.00962): Adam whose step in each parameter has the parameter's own size.
///
/// `r = m̂ / (√v̂ + ε) + β·w`, `w -= rate · ‖w‖/‖r‖ · r`; the ratio is 1 where either is zero. Biases and
/// normalisation take Adam's step.
public final class LAMB: Optimizer {
  /// Means of the gradient and of its square.
  public let memory = OptimizerMemory(of: "lamb", AdamAverages.names)

  private let averages: AdamAverages
  private let weightDecay: Double

  /// An optimizer with the paper's constants.
  public init(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-6, weightDecay: Double = 0
  ) {
    averages = AdamAverages(betas: betas, epsilon: epsilon)
    self.weightDecay = weightDecay
  }

  /// Three passes: averages, sizes, step.
  public func step(_ parameters: [Parameter], learningRate: Double, threads: Threads) {
    memory.beginStep(parameters)
    let step = averages.step(memory.steps, learningRate: 1)
    let decays = parameters.map { Eight(repeating: $0.isVector ? 0 : Float(weightDecay)) }
    memory.tiles.forEach(threads) { tile in
      tile.forEachEight { _, gradient, mean, square in
        _ = step.change(gradient, &mean, &square)
      }
    }
    let norms = memory.tiles.norms(threads) { tile in
      let decay = decays[tile.number]
      var (values, changes) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      tile.forEachEight { value, _, mean, square in
        let change = SIMD8<Double>(step.change(mean, square) + decay * value)
        let wide = SIMD8<Double>(value)
        values += wide * wide
        changes += change * change
      }
      return (values.sum(), changes.sum())
    }
    let rates = zip(parameters, norms).map { parameter, norms in
      let isScaled = !parameter.isVector && norms.values > 0 && norms.changes > 0
      return Float(learningRate * (isScaled ? norms.values / norms.changes : 1))
    }
    memory.tiles.forEach(threads) { tile in
      let (rate, decay) = (Eight(repeating: rates[tile.number]), decays[tile.number])
      tile.forEachEight { value, _, mean, square in
        value -= rate * (step.change(mean, square) + decay * value)
      }
    }
  }
}

extension Parameter {
  /// Whether it is a bias, or a scale of channels.
  fileprivate var isVector: Bool { shape.count == 1 }
}

extension ParameterTiles {
  /// The roots of two sums over each parameter, added tile by tile in their order.
  fileprivate func norms(
    _ threads: Threads, _ sums: (ParameterTile) -> (values: Double, changes: Double)
  ) -> [(values: Double, changes: Double)] {
    var parts = [(values: Double, changes: Double)](repeating: (0, 0), count: count)
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let parts = parts
      forEach(threads) { index, tile in parts[index] = sums(tile) }
    }
    var norms = [(values: Double, changes: Double)](repeating: (0, 0), count: parameterCount)
    for (index, part) in parts.enumerated() {
      let number = parameter(ofTile: index)
      norms[number].values += part.values
      norms[number].changes += part.changes
    }
    return norms.map { ($0.values.squareRoot(), $0.changes.squareRoot()) }
  }
}
