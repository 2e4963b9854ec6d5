import Foundation

/// A counter-based source of random numbers: Philox4x32-10.
///
/// Number `n` of a stream is a pure function of (seed, stream, n): ten rounds of multiplication and
/// exclusive-or over a 128-bit counter, keyed by the seed. The same (seed, stream) therefore gives
/// the same numbers on every machine, and streams are independent without being handed around:
/// give each event, layer or rank its own stream number.
///
/// ```swift
/// var random = RandomStream(seed: 7, stream: 42)
/// let angle = random.uniform(in: 0...(2 * .pi))
/// ```
///
/// Raw numbers and uniforms are bit-exact everywhere. ``normal()``, ``exponential()`` and
/// ``poisson(mean:)`` go through the logarithm and cosine of the C library, which may differ in the
/// last bit between libraries.
///
/// Cost: one block of ten rounds for every two 64-bit numbers, a few nanoseconds each.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// SC'11; the constants are those of Random123.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// Ten rounds fill this block; its low half is given out first.
  private var block: SIMD4<UInt32> = .zero
  private let key: SIMD2<UInt32>
  private let stream: UInt64
  private var blockNumber: UInt64 = 0
  private var hasHighHalf = false
  private var spareNormal: Double?

  /// Makes the stream of numbers named by a seed and a stream number.
  ///
  /// - Parameters:
  ///   - seed: chooses the bijection (the key of the cipher).
  ///   - stream: chooses a section of 2⁶⁴ blocks in its counter space; no two streams overlap.
  public init(seed: UInt64, stream: UInt64) {
    self.key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    self.stream = stream
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if hasHighHalf {
      hasHighHalf = false
      return UInt64(block[3]) << 32 | UInt64(block[2])
    }
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: blockNumber), UInt32(truncatingIfNeeded: blockNumber >> 32),
      UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    block = Self.philox4x32(counter: counter, key: key)
    blockNumber &+= 1
    hasHighHalf = true
    return UInt64(block[1]) << 32 | UInt64(block[0])
  }

  /// A number uniform in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number uniform in a range; its upper end is reached only through rounding.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    let value = range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    return min(value, range.upperBound)
  }

  /// A normal deviate with mean 0 and standard deviation 1 (Box and Muller, both halves used).
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (2 * exponential()).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return radius * cos(angle)
  }

  /// An exponential deviate with mean 1.
  public mutating func exponential() -> Double {
    // 1 - u lies in (0, 1]: the logarithm is finite.
    -log(1 - uniform())
  }

  /// A Poisson deviate.
  ///
  /// Counts unit-rate arrivals up to `mean`, so it costs about `mean` exponentials and is exact at
  /// any mean; above 1000 arrivals the normal approximation takes over.
  ///
  /// - Parameter mean: the expectation; zero, negative and NaN give 0.
  public mutating func poisson(mean: Double) -> Int {
    guard mean > 0 else { return 0 }
    if mean > 1000 {
      let value = (mean + mean.squareRoot() * normal()).rounded()
      return Int(min(max(value, 0), 0x1p62))
    }
    var count = 0
    var elapsed = exponential()
    while elapsed <= mean {
      count += 1
      elapsed += exponential()
    }
    return count
  }

  /// Ten rounds of Philox4x32: the bijection itself.
  ///
  /// - Parameters:
  ///   - counter: four words, the least significant first.
  ///   - key: two words.
  package static func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // Word by word: the compiler keeps numbers in registers, but not the parts of a vector.
    var (word0, word1, word2, word3) = (counter[0], counter[1], counter[2], counter[3])
    var (key0, key1) = (key[0], key[1])
    for _ in 0..<10 {
      let even = UInt64(word0) &* 0xD251_1F53
      let odd = UInt64(word2) &* 0xCD9E_8D57
      word0 = UInt32(truncatingIfNeeded: odd >> 32) ^ word1 ^ key0
      word1 = UInt32(truncatingIfNeeded: odd)
      word2 = UInt32(truncatingIfNeeded: even >> 32) ^ word3 ^ key1
      word3 = UInt32(truncatingIfNeeded: even)
      // The golden ratio and the square root of three, as Weyl sequences.
      key0 &+= 0x9E37_79B9
      key1 &+= 0xBB67_AE85
    }
    return [word0, word1, word2, word3]
  }
}
