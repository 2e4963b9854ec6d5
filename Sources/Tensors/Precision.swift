/// The numbers that convolutions multiply.
///
/// Sums are float32 in either, and so is all that is kept: weights, their gradients and the optimizer's
/// state, features between layers, normalisation, the loss.
public enum Precision: String, CaseIterable, Sendable {
  /// The features and weights as they are.
  case float32
  /// Features, weights and output gradients rounded to the eight significant bits of bfloat16, to
  /// nearest even, in a convolution's forward pass and both of its gradients; numbers below 2⁻¹²⁶
  /// count as zero.
  ///
  /// Twice as many of these are multiplied at a time, by processors that have the instructions. Others
  /// compute in float32, and so do convolutions in groups, products that make a number of channels
  /// which is no multiple of eight, and any by `ConvolutionAlgorithm.gatherGEMMScatter`.
  case bfloat16

  /// The number of this precision that is nearest to a value, of two the one with an even last bit.
  public func rounded(_ value: Float) -> Float {
    guard self == .bfloat16, value.isFinite else { return value }
    let bits = value.bitPattern
    let half: UInt32 = 0x7FFF
    return Float(bitPattern: (bits &+ half &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }
}
