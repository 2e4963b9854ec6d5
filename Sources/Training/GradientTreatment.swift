import Autodiff
import Tensors

/// What becomes of gradients between the backward pass and the optimizer.
public struct GradientTreatment: Equatable, Sendable {
  /// What the loss is multiplied by before gradients are computed from it, and they are divided by: a
  /// number above zero.
  public var lossScale: Double
  /// The norm of all gradients together beyond which they are made smaller; nothing for no limit.
  public var clippingNorm: Double?
  /// How much of each parameter is added to its gradient, zero or more.
  public var weightDecay: Double

  /// Gradients as they are, but for what is asked.
  public init(lossScale: Double = 1, clippingNorm: Double? = nil, weightDecay: Double = 0) {
    self.lossScale = lossScale
    self.clippingNorm = clippingNorm
    self.weightDecay = weightDecay
  }

  func validate() throws(TrainingError) {
    guard lossScale > 0, Float(lossScale).isNormal else { throw .lossScale(lossScale) }
    guard weightDecay >= 0, Float(weightDecay).isFinite else { throw .weightDecay(weightDecay) }
    guard clippingNorm.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw .clippingNorm(clippingNorm ?? 0)
    }
  }

  /// Takes the scale of the loss out of sums of gradients, makes them means, clips them, and adds
  /// weights, in this order.
  ///
  /// - Returns: their norm before clipping, where there is a limit.
  func treat(
    _ tiles: inout ParameterTiles, parts: Int, _ compute: Compute
  ) throws(TrainingError) -> Double? {
    let divisor = Float(lossScale) * Float(parts)
    if divisor != 1 {
      tiles.forEach(compute.threads) { tile in
        for index in 0..<tile.count { tile.gradient[index] /= divisor }
      }
    }
    let norm = clippingNorm.map { clip(tiles, to: $0, compute) }
    if weightDecay != 0 {
      let weightDecay = Float(weightDecay)
      tiles.forEach(compute.threads) { tile in
        for index in 0..<tile.count { tile.gradient[index] += weightDecay * tile.values[index] }
      }
    }
    return norm
  }

  /// As PyTorch's `clip_grad_norm_`: factors above one are taken as one.
  private func clip(_ tiles: ParameterTiles, to limit: Double, _ compute: Compute) -> Double {
    let norm = tiles.gradientNorm(compute)
    let factor = Float(min(1, limit / (norm + 1e-6)))
    if factor < 1 {
      tiles.forEach(compute.threads) { tile in
        for index in 0..<tile.count { tile.gradient[index] *= factor }
      }
    }
    return norm
  }
}

extension ParameterTiles {
  /// The number of the first parameter with a gradient that is infinite or not a number.
  func firstNotFinite(_ compute: Compute) -> Int? {
    let areFinite = compute.arena.scratch(Bool.self, count: count)
    forEach(compute.threads) { index, tile in areFinite[index] = tile.hasFiniteGradient }
    return (0..<count).first { !areFinite[$0] }.map(parameter)
  }

  /// The root of the sum of the squares of all gradients, in double precision, tile by tile.
  fileprivate func gradientNorm(_ compute: Compute) -> Double {
    let sums = compute.arena.scratch(Double.self, count: count)
    forEach(compute.threads) { index, tile in
      var sum = SIMD8<Double>.zero
      tile.forEachEight { _, gradient, _, _ in
        let gradient = SIMD8<Double>(gradient)
        sum += gradient * gradient
      }
      sums[index] = sum.sum()
    }
    return (0..<count).reduce(0) { $0 + sums[$1] }.squareRoot()
  }
}
