// AVX-512 with its instructions for bfloat16: 32 registers of sixteen sums, each the sum of two
// products. Factors pass as floats, each of which holds two neighbours.

import CProcessor

typealias Lane = SIMD16<Float>
/// For the last eight columns where their number is not a multiple of sixteen.
typealias HalfLane = SIMD8<Float>

/// Registers of columns in the widest tile that leaves room for its factors.
let widestTile = 4

typealias ProductTile1 = ProductTile<Lane, 8, 1>
typealias ProductTile2 = ProductTile<Lane, 8, 2>
typealias ProductTile3 = ProductTile<Lane, 8, 3>
typealias ProductTile4 = ProductTile<Lane, 6, 4>
typealias HalfProductTile = ProductTile<HalfLane, 8, 1>

typealias OuterTile1 = OuterTile<Lane, 8, 1>
typealias OuterTile2 = OuterTile<Lane, 8, 2>
typealias OuterTile3 = OuterTile<Lane, 8, 3>
typealias HalfOuterTile = OuterTile<HalfLane, 8, 1>
/// The sums' rows that no tile of the above covers.
typealias OuterRow1 = OuterTile<Lane, 1, 1>
typealias OuterRow2 = OuterTile<Lane, 1, 2>
typealias OuterRow3 = OuterTile<Lane, 1, 3>
typealias HalfOuterRow = OuterTile<HalfLane, 1, 1>

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
