// AVX-512, in float32.

/// The rows of a square of values that registers hold, in two halves: the compiler keeps no longer
/// arrays in registers.
typealias Square = InlineArray<2, InlineArray<8, Lane>>
/// The binary digits of its side.
let squareRounds = 4

/// Whether a product and a sum are one instruction.
let hasFusedProduct = true

extension SIMD where Scalar == Float {
  @inline(__always)
  mutating func add(_ factor: Float, times vector: Self) {
    self = adding(Self(repeating: factor), times: vector)
  }
}
