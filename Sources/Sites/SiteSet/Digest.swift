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
}
