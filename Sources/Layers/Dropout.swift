import Autodiff
import Kernels
import Tensors

/// Sets each value to zero with a probability while training: sites in → the same sites out.
///
/// Values that are kept are divided by the probability to be kept, as in PyTorch, so that at other
/// times the layer changes nothing. (SparseConvNet instead multiplies at other times.) Each call
/// takes the tape's next draw: masks are a pure function of the tape's seed and step, the number of
/// the call in the step, and the place in the tensor, whatever the number of threads.
///
/// N. Srivastava et al., JMLR 15 (2014) 1929. Cost: ten rounds of Philox for four values, forward
/// and backward; no mask is kept.
///
/// Example: `Dropout(probability: 0.5)`.
public struct Dropout: Layer {
  /// Of each value to become zero: from 0 up to, but not including, 1.
  public let probability: Double

  /// A layer with its probability.
  public init(probability: Double) {
    self.probability = probability
  }

  /// Applies a fresh mask while training, and nothing at other times.
  ///
  /// - Throws: `LayerError` for an impossible probability.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try masked(input, probability: probability) { compute, features, draw in
      compute.dropout(features, probability: probability, draw: draw)
    }
  }

  /// With its probability.
  public var description: String { "Dropout \(probability)" }
}

/// Sets whole channels to zero with a probability while training: sites in → the same sites out.
///
/// One decision for each channel serves all sites of all events of the batch, as in SparseConvNet.
/// Everything else is as for `Dropout`.
///
/// Example: `BatchwiseDropout(probability: 0.2)`.
public struct BatchwiseDropout: Layer {
  /// Of each channel to become zero: from 0 up to, but not including, 1.
  public let probability: Double

  /// A layer with its probability.
  public init(probability: Double) {
    self.probability = probability
  }

  /// Applies a fresh mask while training, and nothing at other times.
  ///
  /// - Throws: `LayerError` for an impossible probability.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try masked(input, probability: probability) { compute, features, draw in
      compute.channelDropout(features, probability: probability, draw: draw)
    }
  }

  /// With its probability.
  public var description: String { "BatchwiseDropout \(probability)" }
}

extension Layer {
  /// Multiplies features by a mask drawn for this call, and gradients by the same one.
  fileprivate func masked(
    _ input: SparseTensor, probability: Double,
    _ mask: @escaping (Compute, Tensor, RandomDraw) -> Tensor
  ) throws(LayerError) -> SparseTensor {
    try check(
      "probability", probability, "a number from 0 up to, but not including, 1",
      probability >= 0 && probability < 1)
    let features = input.features
    let tape = features.tape
    guard tape.purpose == .training else { return input }
    let draw = tape.nextDraw()
    return input.with(
      tape.record(rows: features.rows, channels: features.channels) { compute in
        (
          mask(compute, features.value, draw),
          { gradient in features.accumulate { mask($0, gradient, draw) } }
        )
      })
  }
}
