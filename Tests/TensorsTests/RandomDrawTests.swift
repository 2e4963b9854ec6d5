import Tensors
import Testing

/// Proves that the words of draws never meet each other or those of other purposes.
@Suite("Random draws")
struct RandomDrawTests {
  private func words(_ draw: RandomDraw) -> [UInt32] {
    (0..<64).flatMap { block in (0..<4).map { draw.words(block: block)[$0] } }
  }

  @Test("words are a pure function of seed, step, draw and place")
  func pure() {
    func draw(_ seed: UInt64, _ step: UInt64, _ number: UInt64) -> [UInt32] {
      words(RandomDraw(StepRandomness(seed: seed, step: step), number: number))
    }
    let first = draw(1, 2, 3)
    #expect(first == draw(1, 2, 3))
    for other in [draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4), draw(1, 2 | 1 << 40, 3)] {
      #expect(Set(first).isDisjoint(with: other))
    }
  }

  @Test("a step's words are those of the stream of its purpose and number")
  func stream() {
    var stream = RandomStream(seed: 9, stream: 3 << 62 | 5)
    let draw = RandomDraw(StepRandomness(seed: 9, step: 5), number: 0)
    for block in 0..<8 {
      let words = draw.words(block: block)
      #expect(stream.next() == UInt64(words[1]) << 32 | UInt64(words[0]))
      #expect(stream.next() == UInt64(words[3]) << 32 | UInt64(words[2]))
    }
    #expect(RandomStream.Purpose.training.rawValue == 3)
  }
}
