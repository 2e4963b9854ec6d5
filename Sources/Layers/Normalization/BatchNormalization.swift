import Autodiff
import Kernels
import Tensors

/// Batch normalisation over all sites of all events, with a leaky ReLU: sites in → the same out.
///
/// `output = leaky(scale · (x - mean) / √(variance + epsilon) + shift)` for each channel. While
/// training, mean and variance are the batch's (the biased variance), and the running statistics
/// follow by `momentum`, in PyTorch's sense: `running = (1 - momentum) · running + momentum ·
/// batch`, the variance unbiased. They follow when the step counts: at the beginning of the backward
/// pass, or when the tape is asked to apply its updates. At other times the running statistics are
/// used. A batch without sites changes nothing; one site has no unbiased variance and leaves the
/// running one alone.
///
/// SparseConvNet's `BatchNormalization` is this layer with `epsilon` 1e-4 and `momentum` 0.01;
/// `BatchNormReLU` and `BatchNormLeakyReLU` are functions that make it with their `leak`.
///
/// Cost: two passes over the features forward, two backward.
public struct BatchNormalization: Layer {
  /// Channels of each site.
  public let channels: Int
  /// Added to the variance before its root is taken.
  public let epsilon: Double
  /// The weight of a new batch in the running statistics.
  public let momentum: Double
  /// Slope for negative values: 0 is ReLU, 1 no activation.
  public let leak: Float

  /// `[channels]`, ones at first.
  public let scale: Parameter
  /// `[channels]`, zeros at first.
  public let shift: Parameter
  /// `[channels]`, zeros at first.
  public let runningMean: Parameter
  /// `[channels]`, ones at first.
  public let runningVariance: Parameter

  /// A layer with PyTorch's constants and no activation, unless told otherwise.
  public init(channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, leak: Float = 1) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
    self.leak = leak
    let shape = [max(channels, 0)]
    scale = Parameter(shape: shape) { 1 }
    shift = Parameter(shape: shape)
    runningMean = Parameter(shape: shape, isTrained: false)
    runningVariance = Parameter(shape: shape, isTrained: false) { 1 }
  }

  /// Scale, shift and running statistics.
  public var ownParameters: [(name: String, parameter: Parameter)] {
    [
      ("scale", scale), ("shift", shift), ("runningMean", runningMean),
      ("runningVariance", runningVariance),
    ]
  }

  /// Normalises.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or an impossible setting.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try check(input, leak: leak)
    return input.with(normalise(input.features))
  }

  /// Normalises, adds and activates in one: the end of a residual block.
  ///
  /// `leaky(normalised + other)`, with the slope that is given here; the layer's own `leak` has to be
  /// 1, as nothing is activated before the sum. Cost: as without a sum, and two passes over `other`
  /// less than `AddTable` and `LeakyReLU` take after it.
  ///
  /// - Throws: `LayerError` as without a sum, and when sites or channels differ.
  public func callAsFunction(
    _ input: SparseTensor, adding other: SparseTensor, leak sumLeak: Float
  ) throws -> SparseTensor {
    try check(input, leak: sumLeak)
    try check("leak", Double(leak), "1 before a sum", leak == 1)
    try checkSum([input, other])
    return input.with(normalise(input.features, adding: other.features, leak: sumLeak))
  }

  private func check(_ input: SparseTensor, leak: Float) throws(LayerError) {
    try checkEpsilon(epsilon)
    try check("momentum", momentum, "0 to 1", (0...1).contains(momentum))
    try checkLeak(leak)
    guard input.channels == channels else {
      throw LayerError.channels(layer: description, reads: channels, found: input.channels)
    }
  }

  private func normalise(_ input: Variable) -> Variable {
    let tape = input.tape
    return tape.record(rows: input.rows, channels: channels) { compute in
      let normalization = normalization(of: input, leak: leak)
      let output = compute.normalize(
        input.value, by: normalization, scale: scale.value, shift: shift.value)
      return (
        output,
        { gradient in
          let inputGradient = compute.normalizeBackward(
            pass(input, normalization), outputGradient: gradient)
          input.accumulate { _ in inputGradient }
        }
      )
    }
  }

  private func normalise(_ input: Variable, adding other: Variable, leak: Float) -> Variable {
    let tape = input.tape
    return tape.record(rows: input.rows, channels: channels) { compute in
      let normalization = normalization(of: input, leak: leak)
      let output = compute.normalize(
        input.value, by: normalization, scale: scale.value, shift: shift.value,
        adding: other.value)
      return (
        output,
        { gradient in
          let gradients = compute.normalizeBackward(
            pass(input, normalization), output: output, outputGradient: gradient)
          input.accumulate { _ in gradients.input }
          other.accumulate { _ in gradients.addend }
        }
      )
    }
  }

  private func pass(_ input: Variable, _ normalization: Normalization) -> NormalizationPass {
    NormalizationPass(
      input: input.value, normalization: normalization, scale: scale.value, shift: shift.value,
      usesBatchStatistics: input.tape.statistics != .running, scaleGradient: scale.gradient,
      shiftGradient: shift.gradient)
  }

  private func normalization(of input: Variable, leak: Float) -> Normalization {
    let tape = input.tape
    return tape.statistics == .running
      ? runningNormalization(tape.compute, leak: leak)
      : batchNormalization(of: input.value, tape, leak: leak)
  }

  private func batchNormalization(
    of input: Tensor, _ tape: Tape, leak: Float
  ) -> Normalization {
    let statistics = tape.compute.statistics(of: input)
    if tape.statistics == .batchUpdatingRunning {
      follow(statistics, rows: input.rows, on: tape)
    }
    return tape.compute.normalization(
      mean: statistics.mean, variance: statistics.variance, channels: channels, epsilon: epsilon,
      leak: leak)
  }

  private func runningNormalization(_ compute: Compute, leak: Float) -> Normalization {
    let mean = compute.arena.scratch(Double.self, count: channels)
    let variance = compute.arena.scratch(Double.self, count: channels)
    for channel in 0..<channels {
      mean[channel] = Double(runningMean.value.values[channel])
      variance[channel] = Double(runningVariance.value.values[channel])
    }
    return compute.normalization(
      mean: mean, variance: variance, channels: channels, epsilon: epsilon, leak: leak)
  }

  private func follow(_ batch: ChannelStatistics, rows: Int, on tape: Tape) {
    guard rows > 0 else { return }
    let mean = Array(UnsafeBufferPointer(start: batch.mean, count: channels))
    let variance = Array(UnsafeBufferPointer(start: batch.variance, count: channels))
    tape.deferUpdate {
      move(runningMean, towards: mean)
      guard rows > 1 else { return }
      move(runningVariance, towards: variance.map { $0 * Double(rows) / Double(rows - 1) })
    }
  }

  private func move(_ running: Parameter, towards batch: [Double]) {
    for (channel, value) in batch.enumerated() {
      let old = Double(running.value.values[channel])
      running.value.values[channel] = Float(old + momentum * (value - old))
    }
  }

  /// With the name SparseConvNet gives it.
  public var description: String {
    switch leak {
    case 1: "BatchNormalization \(channels)"
    case 0: "BatchNormReLU \(channels)"
    default: "BatchNormLeakyReLU \(channels) leak \(leak)"
    }
  }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// SparseConvNet's batch normalisation followed by a ReLU, with its constants.
public func BatchNormReLU(channels: Int) -> BatchNormalization {
  BatchNormalization(channels: channels, epsilon: 1e-4, momentum: 0.01, leak: 0)
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// SparseConvNet's batch normalisation followed by a leaky ReLU, with its constants.
public func BatchNormLeakyReLU(channels: Int, leak: Float = 0.333) -> BatchNormalization {
  BatchNormalization(channels: channels, epsilon: 1e-4, momentum: 0.01, leak: leak)
}
