/// A 64-bit fingerprint of a sequence of numbers, the same on every machine and in every run.
struct Digest {
  private(set) var value: UInt64 = 0x243F_6A88_85A3_08D3

  mutating func mix(_ number: UInt64) {
    value = (value ^ number) &* 0x9E37_79B9_7F4A_7C15
    value ^= value >> 32
  }

  mutating func mix(_ number: Int) {
    mix(UInt64(bitPattern: Int64(number)))
  }

  /// Mixes the numbers of a long list: every fourth one into a digest of its own, and those at the
  /// end, so that one multiplication need not wait for the one before.
  mutating func mix(_ numbers: [UInt64]) {
    var lanes = (self, self, self, self)
    numbers.withUnsafeBufferPointer { numbers in
      let whole = numbers.count & ~3
      var index = 0
      while index < whole {
        lanes.0.mix(numbers[index])
        lanes.1.mix(numbers[index &+ 1])
        lanes.2.mix(numbers[index &+ 2])
        lanes.3.mix(numbers[index &+ 3])
        index &+= 4
      }
      for number in numbers[whole...] { lanes.0.mix(number) }
    }
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { mix(lane.value) }
  }
}
