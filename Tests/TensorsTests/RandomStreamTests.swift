import Tensors
import Testing

/// One line of the known-answer file of Random123 for `philox4x32 10`.
struct KnownAnswer: Sendable {
  let counter: SIMD4<UInt32>
  let key: SIMD2<UInt32>
  let block: SIMD4<UInt32>

  static let all = [
    KnownAnswer(
      counter: .zero, key: .zero,
      block: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    KnownAnswer(
      counter: .init(repeating: .max), key: .init(repeating: .max),
      block: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    KnownAnswer(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
      key: [0xa409_3822, 0x299f_31d0],
      block: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ]
}

/// Mean and variance of a sample.
private func moments(_ count: Int, _ draw: () -> Double) -> (mean: Double, variance: Double) {
  var sum = 0.0
  var squares = 0.0
  for _ in 0..<count {
    let value = draw()
    sum += value
    squares += value * value
  }
  let mean = sum / Double(count)
  return (mean, squares / Double(count) - mean * mean)
}

@Suite("Random streams")
struct RandomStreamTests {
  @Test("The bijection reproduces Random123's known answers", arguments: KnownAnswer.all)
  func knownAnswers(answer: KnownAnswer) {
    #expect(RandomStream.philox4x32(counter: answer.counter, key: answer.key) == answer.block)
  }

  @Test("A stream gives the words of its blocks, low half first")
  func wordOrder() {
    var random = RandomStream(seed: 0, stream: 0)
    #expect(random.next() == 0xe169_c58d_6627_e8d5)
    #expect(random.next() == 0x9b00_dbd8_bc57_ac4c)
    let second = RandomStream.philox4x32(counter: [1, 0, 0, 0], key: .zero)
    #expect(random.next() == UInt64(second[1]) << 32 | UInt64(second[0]))
  }

  @Test("The same seed and stream give the same numbers; another seed or stream does not")
  func reproducible() {
    func numbers(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
      var random = RandomStream(seed: seed, stream: stream)
      return (0..<64).map { _ in random.next() }
    }
    #expect(numbers(3, 5) == numbers(3, 5))
    #expect(Set(numbers(3, 5)).isDisjoint(with: numbers(3, 6)))
    #expect(Set(numbers(3, 5)).isDisjoint(with: numbers(4, 5)))
    #expect(Set(numbers(3, 5)).isDisjoint(with: numbers(3, 5 << 32)))
    #expect(Set(numbers(3, 5)).isDisjoint(with: numbers(3 << 32, 5)))
  }

  // All bounds below are five standard errors of 200 000 draws or wider.

  @Test("Uniforms lie in [0, 1) with mean 1/2 and variance 1/12")
  func uniform() {
    var random = RandomStream(seed: 1, stream: 0)
    var inside = true
    let (mean, variance) = moments(200_000) {
      let value = random.uniform()
      inside = inside && value >= 0 && value < 1
      return value
    }
    #expect(inside)
    #expect(abs(mean - 0.5) < 0.004)
    #expect(abs(variance - 1.0 / 12) < 0.001)
  }

  @Test("Uniforms in a range stay in it, also when it is a point")
  func uniformRange() {
    var random = RandomStream(seed: 1, stream: 1)
    #expect((0..<1000).allSatisfy { _ in (-3.0...7).contains(random.uniform(in: -3...7)) })
    #expect(random.uniform(in: 2...2) == 2)
  }

  @Test("Normals have mean 0 and variance 1, and 4.55 % lie beyond two deviations")
  func normal() {
    var random = RandomStream(seed: 2, stream: 0)
    var beyond = 0
    let (mean, variance) = moments(200_000) {
      let value = random.normal()
      if abs(value) > 2 { beyond += 1 }
      return value
    }
    #expect(abs(mean) < 0.012)
    #expect(abs(variance - 1) < 0.017)
    #expect(abs(Double(beyond) / 200_000 - 0.0455) < 0.0025)
  }

  @Test("Exponentials are finite, not negative, with mean 1 and variance 1")
  func exponential() {
    var random = RandomStream(seed: 3, stream: 0)
    var inside = true
    let (mean, variance) = moments(200_000) {
      let value = random.exponential()
      inside = inside && value >= 0 && value.isFinite
      return value
    }
    #expect(inside)
    #expect(abs(mean - 1) < 0.012)
    #expect(abs(variance - 1) < 0.035)
  }

  @Test("Poisson deviates have their mean as mean and variance", arguments: [0.3, 4, 120, 5000])
  func poisson(mean expected: Double) {
    var random = RandomStream(seed: 4, stream: UInt64(expected))
    let (mean, variance) = moments(20_000) { Double(random.poisson(mean: expected)) }
    #expect(abs(mean - expected) < 5 * (expected / 20_000).squareRoot())
    #expect(abs(variance / expected - 1) < 0.1)
  }

  @Test("A Poisson mean that is no expectation gives nothing", arguments: [0, -2, Double.nan])
  func poissonOfNothing(mean: Double) {
    var random = RandomStream(seed: 4, stream: 0)
    #expect(random.poisson(mean: mean) == 0)
  }

  @Test("An endless Poisson mean gives a large number and does not stop the program")
  func poissonOfInfinity() {
    var random = RandomStream(seed: 4, stream: 0)
    #expect(random.poisson(mean: .infinity) == 1 << 62)
  }

  @Test("Neighbouring streams are uncorrelated, number by number")
  func independentStreams() {
    let count = 100_000
    for stream in [UInt64(1), 2, 1 << 40] {
      var first = RandomStream(seed: 9, stream: 0)
      var second = RandomStream(seed: 9, stream: stream)
      var sum = 0.0
      for _ in 0..<count {
        sum += (first.uniform() - 0.5) * (second.uniform() - 0.5)
      }
      let correlation = 12 * sum / Double(count)
      #expect(abs(correlation) < 5 / Double(count).squareRoot())
    }
  }

  @Test("Successive numbers are uncorrelated and each bit is set half of the time")
  func bits() {
    var random = RandomStream(seed: 11, stream: 3)
    var set = [Int](repeating: 0, count: 64)
    for _ in 0..<40_000 {
      let word = random.next()
      for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 { set[bit] += 1 }
    }
    #expect(set.allSatisfy { abs($0 - 20_000) < 500 })
  }

  @Test("It works as a generator of the standard library")
  func standardLibrary() {
    var random = RandomStream(seed: 5, stream: 5)
    #expect((0..<100).shuffled(using: &random).sorted() == Array(0..<100))
    #expect((0..<10).contains(Int.random(in: 0..<10, using: &random)))
  }

  @Test("purposes of one seed draw different numbers")
  func purposes() {
    let first = RandomStream.Purpose.allCases.map { purpose in
      var stream = RandomStream(seed: 7, for: purpose)
      return stream.next()
    }
    #expect(Set(first).count == first.count)
  }
}
