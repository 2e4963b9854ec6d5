// What every processor of an architecture has: registers of four floats.

typealias Lane = SIMD4<Float>
/// Never more narrow than a lane: columns are a multiple of eight.
typealias HalfLane = SIMD4<Float>

/// Registers of columns in the widest tile that leaves room for its factors.
let widestTile = 2

typealias ProductTile1 = ProductTile<Lane, 8, 1>
typealias ProductTile2 = ProductTile<Lane, 4, 2>
typealias ProductTile3 = ProductTile<Lane, 4, 3>
typealias ProductTile4 = ProductTile<Lane, 3, 4>
typealias HalfProductTile = ProductTile1

typealias OuterTile1 = OuterTile<Lane, 8, 1>
typealias OuterTile2 = OuterTile<Lane, 4, 2>
typealias OuterTile3 = OuterTile<Lane, 4, 3>
typealias HalfOuterTile = OuterTile1
/// The sums' rows that no tile of the above covers.
typealias OuterRow1 = OuterTile<Lane, 1, 1>
typealias OuterRow2 = OuterTile<Lane, 1, 2>
typealias OuterRow3 = OuterTile<Lane, 1, 3>
typealias HalfOuterRow = OuterRow1

/// The rows of a square of values that registers hold, in two halves: the compiler keeps no longer
/// arrays in registers.
typealias Square = InlineArray<2, InlineArray<2, Lane>>
/// The binary digits of its side.
let squareRounds = 2

#if arch(arm64)
  /// Whether a product and a sum are one instruction.
  let hasFusedProduct = true
#else
  /// Whether a product and a sum are one instruction: without it a fused product is a call into the C
  /// library, float by float.
  let hasFusedProduct = false
#endif

extension SIMD where Scalar == Float {
  @inline(__always)
  mutating func add(_ factor: Float, times vector: Self) {
    self = adding(Self(repeating: factor), times: vector)
  }
}
