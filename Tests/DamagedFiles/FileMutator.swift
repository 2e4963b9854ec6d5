/// Damages a file's bytes where it hurts: in what HDF5 finds its way by, more than in what it finds.
///
/// A seed and the file determine the damage, so a case is named by two numbers.
package struct FileMutator {
  private var random: DamageGenerator
  package private(set) var bytes: [UInt8]

  package init(_ bytes: [UInt8], seed: UInt64) {
    self.bytes = bytes
    random = DamageGenerator(state: seed &* 0xD1B5_4A32_D192_ED03)
  }

  /// One to four damages.
  package mutating func mutate() {
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard bytes.count > 64 else { return }
      switch Int.random(in: 0..<16, using: &random) {
      case 0..<2: bytes[place()] = UInt8.random(in: .min ... .max, using: &random)
      case 2..<4: store(number(), at: place())
      case 4..<8: damageBlock()
      case 8..<11: damageHeader()
      case 11..<13: exchangeAddresses()
      case 13: splice()
      case 14: clear()
      default: resize()
      }
    }
  }

  private mutating func place() -> Int { Int.random(in: 0..<bytes.count - 8, using: &random) }

  /// Numbers at which arithmetic goes wrong.
  private mutating func number() -> UInt64 {
    let special: [UInt64] = [
      0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32,
      1 << 40, 1 << 62, 1 << 63, .max, .max - 1, UInt64(bytes.count), UInt64(bytes.count - 1),
    ]
    return Bool.random(using: &random)
      ? special.randomElement(using: &random) ?? 0
      : UInt64.random(in: 0..<1024, using: &random)
  }

  /// Stores a number in one, two, four or eight bytes.
  private mutating func store(_ number: UInt64, at place: Int) {
    let width = [1, 2, 4, 8].randomElement(using: &random) ?? 1
    for byte in 0..<width where place + byte < bytes.count {
      bytes[place + byte] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))
    }
  }

  /// Damages what follows one of the names by which HDF5 knows its blocks.
  private mutating func damageBlock() {
    let names = ["HDF", "TREE", "SNOD", "HEAP", "OHDR", "OCHK", "FRHP", "FHDB", "BTHD", "EAHD"]
    let name = Array((names.randomElement(using: &random) ?? "TREE").utf8)
    let places = bytes.indices.dropLast(64).filter { bytes[$0...].starts(with: name) }
    guard let place = places.randomElement(using: &random) else { return }
    store(number(), at: place + Int.random(in: 0..<64, using: &random))
  }

  /// Damages a header of version 1, which has no name: one, nothing, messages, a count of one.
  private mutating func damageHeader() {
    let places = bytes.indices.dropLast(512).filter {
      bytes[$0] == 1 && bytes[$0 + 1] == 0 && bytes[$0 + 3] == 0
        && bytes[$0 + 4..<$0 + 8].elementsEqual([1, 0, 0, 0])
    }
    guard let place = places.randomElement(using: &random) else { return damageBlock() }
    store(number(), at: place + Int.random(in: 0..<512, using: &random))
  }

  /// Makes something point to where something else is: circles, and blocks of another kind.
  private mutating func exchangeAddresses() {
    let places = stride(from: 0, to: bytes.count - 8, by: 8).filter {
      (1..<UInt64(bytes.count)).contains(word(at: $0))
    }
    guard let from = places.randomElement(using: &random),
      let to = places.randomElement(using: &random)
    else { return }
    for byte in 0..<8 { bytes[to + byte] = bytes[from + byte] }
  }

  private func word(at place: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
  }

  private mutating func splice() {
    let (from, to) = (place(), place())
    let count = min(Int.random(in: 4...256, using: &random), bytes.count - max(from, to))
    let block = Array(bytes[from..<from + count])
    bytes.replaceSubrange(to..<to + count, with: block)
  }

  private mutating func clear() {
    let start = place()
    let value: UInt8 = Bool.random(using: &random) ? 0 : 0xFF
    for index in start..<min(start + Int.random(in: 1...512, using: &random), bytes.count) {
      bytes[index] = value
    }
  }

  private mutating func resize() {
    if Bool.random(using: &random) {
      bytes.removeLast(Int.random(in: 1...bytes.count / 2, using: &random))
    } else {
      bytes += [UInt8](repeating: 0, count: Int.random(in: 1...4096, using: &random))
    }
  }
}
