import Autodiff
import Kernels

/// A layer that applies one function to every value: sites in → the same sites out.
///
/// Cost: an exponential or the like for each value, forward and backward.
public protocol ActivationLayer: Layer where Features == SparseTensor {
  /// The function.
  ///
  /// - Throws: `LayerError` when a setting makes none.
  func activation() throws(LayerError) -> Activation
}

extension ActivationLayer {
  /// Applies the function to every value.
  ///
  /// - Throws: `LayerError` when a setting is not possible.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let activation = try activation()
    let features = input.features
    return input.with(
      features.tape.record(rows: features.rows, channels: features.channels) { compute in
        let output = compute.activate(features.value, by: activation)
        return (
          output,
          { gradient in
            features.accumulate {
              $0.activateBackward(
                input: features.value, output: output, outputGradient: gradient, by: activation)
            }
          }
        )
      })
  }
}

/// `tanh(x)`, as `torch.nn.Tanh`.
public struct Tanh: ActivationLayer {
  /// A layer without settings.
  public init() {}

  /// The function.
  public func activation() -> Activation { .tanh }
}

/// `1 / (1 + e⁻ˣ)`, as `torch.nn.Sigmoid`.
public struct Sigmoid: ActivationLayer {
  /// A layer without settings.
  public init() {}

  /// The function.
  public func activation() -> Activation { .sigmoid }
}

/// `x` above zero and `alpha · (eˣ - 1)` elsewhere, as `torch.nn.ELU`.
public struct ELU: ActivationLayer {
  /// Minus the value far below zero.
  public let alpha: Float

  /// A layer with PyTorch's setting, unless told otherwise.
  public init(alpha: Float = 1) {
    self.alpha = alpha
  }

  /// The function.
  public func activation() -> Activation { .elu(alpha: alpha) }

  /// With its setting.
  public var description: String { "ELU alpha \(alpha)" }
}

/// `max(0, x) + min(0, alpha · (e^(x / alpha) - 1))`, as `torch.nn.CELU`.
public struct CELU: ActivationLayer {
  /// Minus the value far below zero, and the scale on which it is reached; above zero.
  public let alpha: Float

  /// A layer with PyTorch's setting, unless told otherwise.
  public init(alpha: Float = 1) {
    self.alpha = alpha
  }

  /// The function.
  public func activation() throws(LayerError) -> Activation {
    try check("alpha", alpha, "a number above zero", alpha > 0 && alpha.isFinite)
    return .celu(alpha: alpha)
  }

  /// With its setting.
  public var description: String { "CELU alpha \(alpha)" }
}

/// `scale · (max(0, x) + min(0, alpha · (eˣ - 1)))` with scale 1.0507… and alpha 1.6732…, as
/// `torch.nn.SELU`.
public struct SELU: ActivationLayer {
  /// A layer without settings.
  public init() {}

  /// The function.
  public func activation() -> Activation { .selu }
}

/// `ln(1 + e^(beta · x)) / beta`, and `x` where `beta · x` is above the threshold, as
/// `torch.nn.Softplus`.
public struct Softplus: ActivationLayer {
  /// How sharp the bend at zero is; above zero.
  public let beta: Float
  /// From where on the function is taken as `x`.
  public let threshold: Float

  /// A layer with PyTorch's settings, unless told otherwise.
  public init(beta: Float = 1, threshold: Float = 20) {
    self.beta = beta
    self.threshold = threshold
  }

  /// The function.
  public func activation() throws(LayerError) -> Activation {
    try check("beta", beta, "a number above zero", beta > 0 && beta.isFinite)
    return .softplus(beta: beta, threshold: threshold)
  }

  /// With its settings.
  public var description: String { "Softplus beta \(beta) threshold \(threshold)" }
}

/// `x · sigmoid(x)`, as `torch.nn.SiLU`; also called swish.
public struct SiLU: ActivationLayer {
  /// A layer without settings.
  public init() {}

  /// The function.
  public func activation() -> Activation { .silu }
}

/// `x · Φ(x)`, where `Φ` is the normal distribution's, as `torch.nn.GELU` without approximation.
public struct GELU: ActivationLayer {
  /// A layer without settings.
  public init() {}

  /// The function.
  public func activation() -> Activation { .gelu }
}
