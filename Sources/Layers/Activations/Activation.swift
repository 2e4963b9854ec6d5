import Autodiff
import Kernels

/// `max(x, 0)`: sites in → the same sites out.
///
/// Example: `try ReLU()(features)`.
public struct ReLU: Layer {
  /// A layer without settings.
  public init() {}

  /// Applies the activation to every value.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try LeakyReLU(leak: 0)(input)
  }
}

/// Leaky ReLU: `x` where positive, `leak · x` elsewhere.
///
/// Sites in → the same sites out.
public struct LeakyReLU: Layer {
  /// Slope for negative values: 0 is ReLU.
  public let leak: Float

  /// A layer with its slope; SparseConvNet's default is 1/3, PyTorch's 0.01.
  public init(leak: Float) {
    self.leak = leak
  }

  /// Applies the activation to every value.
  ///
  /// - Throws: `LayerError` for a negative slope.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try input.with(activate(input.features))
  }

  /// Applies the activation to every value of any rows.
  package func activate(_ features: Variable) throws(LayerError) -> Variable {
    try checkLeak(leak)
    return features.tape.record(rows: features.rows, channels: features.channels) { compute in
      let output = compute.leakyReLU(features.value, leak: leak)
      return (
        output,
        { gradient in
          features.accumulate {
            $0.leakyReLUBackward(output: output, outputGradient: gradient, leak: leak)
          }
        }
      )
    }
  }

  /// With its slope.
  public var description: String {
    leak == 0 ? "ReLU" : "LeakyReLU leak \(leak)"
  }
}

/// PReLU: `x` where positive, `slope · x` elsewhere, with slopes that are learned.
///
/// Sites in → the same sites out. K. He et al., "Delving deep into rectifiers", arXiv:1502.01852.
///
/// Example: `PReLU(channels: 16)` has a slope for each channel, `PReLU()` one for all.
public struct PReLU: Layer {
  /// Channels of each site, or nothing where one slope serves any number of them.
  public let channels: Int?

  /// `[channels]`, or `[1]` for all.
  public let slope: Parameter

  /// A layer whose slopes begin at PyTorch's value, unless told otherwise.
  public init(channels: Int? = nil, initialSlope: Float = 0.25) {
    self.channels = channels
    slope = Parameter(shape: [max(channels ?? 1, 0)]) { initialSlope }
  }

  /// The slopes.
  public var ownParameters: [(name: String, parameter: Parameter)] { [("slope", slope)] }

  /// Applies the activation to every value.
  ///
  /// - Throws: `LayerError` for the wrong number of channels.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    if let channels, input.channels != channels {
      throw LayerError.channels(layer: description, reads: channels, found: input.channels)
    }
    return input.with(rectified(input.features))
  }

  private func rectified(_ input: Variable) -> Variable {
    input.tape.record(rows: input.rows, channels: input.channels) { compute in
      (
        compute.learnedRectifier(input.value, slopes: slope.value),
        { gradient in
          let inputGradient = compute.learnedRectifierBackward(
            input: input.value, outputGradient: gradient, slopes: slope.value,
            slopeGradient: slope.gradient)
          input.accumulate { _ in inputGradient }
        }
      )
    }
  }

  /// With its channels, if it knows them.
  public var description: String { channels.map { "PReLU \($0)" } ?? "PReLU" }
}
