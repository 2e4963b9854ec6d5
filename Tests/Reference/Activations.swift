#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Activations of one value, written as their papers define them.
public enum ActivationFunction {
  /// `x` above zero, `alpha · (eˣ − 1)` elsewhere.
  public static func elu(_ x: Double, alpha: Double) -> Double {
    x > 0 ? x : alpha * (exp(x) - 1)
  }

  /// `max(0, x) + min(0, alpha · (e^(x / alpha) − 1))`.
  public static func celu(_ x: Double, alpha: Double) -> Double {
    max(0, x) + min(0, alpha * (exp(x / alpha) - 1))
  }

  /// The ELU of self-normalizing networks, with its two constants.
  public static func selu(_ x: Double) -> Double {
    1.0507009873554804934193349852946 * elu(x, alpha: 1.6732632423543772848170429916717)
  }

  /// `ln(1 + e^(beta · x)) / beta`, or `x` where `beta · x` is above the threshold.
  public static func softplus(_ x: Double, beta: Double, threshold: Double) -> Double {
    beta * x > threshold ? x : log(1 + exp(beta * x)) / beta
  }

  /// `x / (1 + e⁻ˣ)`.
  public static func silu(_ x: Double) -> Double {
    x / (1 + exp(-x))
  }

  /// `x · (1 + erf(x / √2)) / 2`.
  public static func gelu(_ x: Double) -> Double {
    x * (1 + erf(x / 2.0.squareRoot())) / 2
  }
}

/// `x` where positive and `slope · x` elsewhere, with a slope for each channel or one for all.
public func learnedRectifier(_ features: [[Double]], slopes: [Double]) -> [[Double]] {
  features.map { row in
    row.indices.map { channel in
      let slope = slopes.count == 1 ? slopes[0] : slopes[channel]
      return row[channel] > 0 ? row[channel] : slope * row[channel]
    }
  }
}
