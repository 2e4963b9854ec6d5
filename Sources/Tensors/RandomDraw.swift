/// What a step of training leaves to chance is decided by these two numbers alone.
///
/// The same seed and step give the same masks on every machine and at any thread count, so that a
/// run can be repeated, and a part of a step computed twice.
public struct StepRandomness: Equatable, Sendable {
  /// The seed of the run.
  public var seed: UInt64

  /// The number of the step in the run, below 2⁶².
  public var step: UInt64

  /// The randomness of a step.
  public init(seed: UInt64 = 0, step: UInt64 = 0) {
    self.seed = seed
    self.step = step
  }
}

/// Random words for the elements of one tensor: word `n` is a pure function of (seed, step, number
/// of the draw, n).
///
/// Any thread may ask for any words in any order. Nothing has to be kept to have them again.
public struct RandomDraw: Equatable, Sendable {
  private let key: SIMD2<UInt32>
  private let stream: UInt64
  private let section: UInt64

  /// The draw of this number within a step.
  ///
  /// A step has 2²⁴ draws of 2⁴² words each that do not overlap; numbers beyond start anew.
  public init(_ randomness: StepRandomness, number: UInt64) {
    let seed = randomness.seed
    key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    let purpose = RandomStream.Purpose.training.rawValue << 62
    stream = purpose | (randomness.step & (1 << 62 - 1))
    section = number << 40
  }

  /// Words `4 · block` to `4 · block + 3`.
  package func words(block: Int) -> SIMD4<UInt32> {
    let counter = section | (UInt64(truncatingIfNeeded: block) & (1 << 40 - 1))
    return RandomStream.philox4x32(
      counter: [
        UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32),
      ], key: key)
  }
}
