import Autodiff
import Kernels
import Tensors

/// A bias for each position on the first axis, as wire planes are: sites in → the same sites out.
///
/// `output = x + bias[part]`. Convolutions have one bias for all sites; this is the bias of a convolution
/// whose planes are channels. Cost: one addition a value.
public struct PartBias: Layer {
  /// Channels of each site.
  public let channels: Int
  /// Positions on the first axis.
  public let parts: Int
  /// `[parts × channels]`, zeros at first.
  public let bias: Parameter

  /// A layer for so many positions.
  public init(channels: Int, parts: Int) {
    self.channels = channels
    self.parts = parts
    bias = Parameter(shape: [max(channels, 0) * max(parts, 0)])
  }

  /// The bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { [("bias", bias)] }

  /// Adds.
  ///
  /// - Throws: `LayerError` for other channels, or another extent of the first axis.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try check(channels: input.channels, parts: input.spatialSize[0])
    return input.with(add(to: input.features, rows: input.sites.rowsAlongFirstAxis()))
  }

  /// Checks an image.
  package func check(channels found: Int, parts extent: Int) throws(LayerError) {
    guard found == channels else {
      throw LayerError.channels(layer: description, reads: channels, found: found)
    }
    try check("parts", Double(parts), "\(extent), the extent of the first axis", parts == extent)
  }

  /// Adds to rows, which are given for each part.
  package func add(to input: Variable, rows: [[Range<Int>]]) -> Variable {
    input.tape.record(rows: input.rows, channels: channels) { compute in
      let output = compute.arena.tensor(rows: input.rows, channels: channels)
      let values = bias.value.reshaped(rows: parts, channels: channels)
      let ones = compute.arena.tensor(rows: 1, channels: channels)
      ones.fill(1)
      let zeros = compute.arena.zeros(rows: 1, channels: channels)
      let identity = Normalization(mean: zeros.values, inverseDeviation: ones.values, leak: 1)
      for (part, rows) in rows.enumerated() {
        compute.normalize(
          input.value, part: rows, by: identity, scale: ones, shift: values.rows(part..<part + 1),
          adding: nil, into: output)
      }
      return (output, { pullback(input, rows, $0, compute) })
    }
  }

  private func pullback(
    _ input: Variable, _ rows: [[Range<Int>]], _ gradient: Tensor, _ compute: Compute
  ) {
    let sums = bias.gradient.reshaped(rows: parts, channels: channels)
    for (part, rows) in rows.enumerated() {
      for range in rows {
        compute.accumulateColumnSums(of: gradient.rows(range), into: sums.rows(part..<part + 1))
      }
    }
    input.accumulate { _ in gradient }
  }

  /// With its channels and parts.
  public var description: String { "PartBias \(channels) on \(parts) planes" }
}
