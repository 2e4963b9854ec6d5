import Foundation

/// A function of one value and its derivative.
///
/// Loops are generic over the function, so that the compiler makes one of each with the formula in
/// it.
protocol ElementwiseFunction {
  /// The function at `x`.
  func value(_ x: Float) -> Float

  /// Its derivative at `x`, where `value` is the function.
  func slope(at x: Float, value: Float) -> Float
}

/// The exponential linear unit of Clevert, Unterthiner and Hochreiter, arXiv:1511.07289.
struct ELU: ElementwiseFunction {
  let alpha: Float
  let scale: Float

  /// With the constants of Klambauer et al., "Self-normalizing neural networks", arXiv:1706.02515.
  static let selfNormalizing = ELU(alpha: 1.673_263_242_354_377_2, scale: 1.050_700_987_355_480_5)

  @inline(__always)
  func value(_ x: Float) -> Float {
    x > 0 ? scale * x : scale * alpha * expm1(x)
  }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float {
    x > 0 ? scale : scale * alpha * exp(x)
  }
}

/// The continuously differentiable ELU of Barron, arXiv:1704.07483.
struct CELU: ElementwiseFunction {
  let alpha: Float

  @inline(__always)
  func value(_ x: Float) -> Float {
    x > 0 ? x : alpha * expm1(x / alpha)
  }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float {
    x > 0 ? 1 : exp(x / alpha)
  }
}

/// The hyperbolic tangent.
struct Tanh: ElementwiseFunction {
  @inline(__always)
  func value(_ x: Float) -> Float { tanh(x) }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float { (1 - value) * (1 + value) }
}

/// The logistic function.
struct Sigmoid: ElementwiseFunction {
  /// Only exponentials of negative numbers, which do not overflow.
  @inline(__always)
  func value(_ x: Float) -> Float {
    let small = exp(-abs(x))
    return x >= 0 ? 1 / (1 + small) : small / (1 + small)
  }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float { value * (1 - value) }
}

/// A smooth rectifier, as PyTorch defines it.
struct Softplus: ElementwiseFunction {
  let beta: Float
  let threshold: Float

  @inline(__always)
  func value(_ x: Float) -> Float {
    let scaled = beta * x
    return scaled > threshold ? x : (max(scaled, 0) + log1p(exp(-abs(scaled)))) / beta
  }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float {
    let scaled = beta * x
    return scaled > threshold ? 1 : Sigmoid().value(scaled)
  }
}

/// The sigmoid-weighted linear unit of Elfwing, Uchibe and Doya, arXiv:1702.03118.
struct SiLU: ElementwiseFunction {
  @inline(__always)
  func value(_ x: Float) -> Float { x * Sigmoid().value(x) }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float {
    let share = Sigmoid().value(x)
    return share * (1 + x * (1 - share))
  }
}

/// The Gaussian error linear unit of Hendrycks and Gimpel, arXiv:1606.08415, without their
/// approximation.
struct GELU: ElementwiseFunction {
  /// The complement keeps the digits of small probabilities, which `1 + erf` would cancel.
  @inline(__always)
  private func probability(below x: Float) -> Float {
    0.5 * erfc(-x * 0.707_106_781_186_547_5)
  }

  @inline(__always)
  func value(_ x: Float) -> Float { x * probability(below: x) }

  @inline(__always)
  func slope(at x: Float, value: Float) -> Float {
    let density = exp(-0.5 * x * x) * 0.398_942_280_401_432_7
    return probability(below: x) + x * density
  }
}
