// AVX-512 with its instructions for bfloat16: registers of sixteen sums, each the sum of two products. Factors pass as floats, each of which holds two neighbours.

import CProcessor

extension SIMD where Scalar == Float {
  /// Adds two products to each sum.
  @inline(__always)
  mutating func add(_ factors: Float, times vector: Self) {
    // The tiles know no more than that they work on vectors; the choice falls away in each of them.
    if Self.scalarCount == Lane.scalarCount {
      let sums = bfloat16_add16(
        unsafeBitCast(self, to: Lane.self), Lane(repeating: factors),
        unsafeBitCast(vector, to: Lane.self))
      self = unsafeBitCast(sums, to: Self.self)
    } else {
      let sums = bfloat16_add8(
        unsafeBitCast(self, to: HalfLane.self), HalfLane(repeating: factors),
        unsafeBitCast(vector, to: HalfLane.self))
      self = unsafeBitCast(sums, to: Self.self)
    }
  }
}
