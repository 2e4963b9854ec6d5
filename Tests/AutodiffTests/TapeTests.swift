import Autodiff
import Tensors
import Testing

/// Proves that gradients add up where values are shared, and stay away where nobody asks.
@Suite("Tape")
struct TapeTests {
  /// `factor · x`.
  private func scaled(_ x: Variable, _ factor: Float) -> Variable {
    x.tape.record(rows: x.rows, channels: x.channels) { _ in
      (
        Tensor(rows: x.rows, channels: x.channels, x.value.array.map { $0 * factor }),
        { gradient in
          x.accumulate { _ in
            Tensor(rows: x.rows, channels: x.channels, gradient.array.map { $0 * factor })
          }
        }
      )
    }
  }

  /// `x + y`, which hands one and the same gradient tensor to both.
  private func sum(_ x: Variable, _ y: Variable) -> Variable {
    x.tape.record(rows: x.rows, channels: x.channels) { _ in
      (
        Tensor(
          rows: x.rows, channels: x.channels, zip(x.value.array, y.value.array).map { $0 + $1 }),
        { gradient in
          x.accumulate { _ in gradient }
          y.accumulate { _ in gradient }
        }
      )
    }
  }

  private func input(_ tape: Tape, needsGradient: Bool = true) -> Variable {
    tape.variable(Tensor(rows: 2, channels: 2, [1, 2, 3, 4]), needsGradient: needsGradient)
  }

  private let ones = Tensor(rows: 2, channels: 2, [1, 1, 1, 1])

  @Test("a value used once, twice, three times or more gets the sum", arguments: 1...5)
  func shared(uses: Int) throws {
    let tape = Tape(.training)
    let x = input(tape)
    let branches = (1...uses).map { scaled(x, Float($0)) }
    let output = branches.dropFirst().reduce(branches[0]) { sum($0, $1) }
    tape.backward(from: output, gradient: ones)
    let expected = Float(uses * (uses + 1) / 2)
    #expect(try #require(x.gradient).array == [Float](repeating: expected, count: 4))
    for branch in branches { #expect(branch.gradient?.array == ones.array) }
  }

  @Test("a sum of a value with itself, again and again, doubles every time")
  func doubling() throws {
    let tape = Tape(.training)
    let x = input(tape)
    let output = (0..<6).reduce(x) { value, _ in sum(value, value) }
    #expect(output.value.array == [64, 128, 192, 256])
    tape.backward(from: output, gradient: ones)
    #expect(try #require(x.gradient).array == [64, 64, 64, 64])
  }

  @Test("a gradient handed to two branches is not changed by either")
  func notInPlace() throws {
    // x goes to a skip and to a branch; the sum's gradient is the same tensor for both, and more
    // gradients join it on the way to x.
    let tape = Tape(.training)
    let x = input(tape)
    let skip = scaled(x, 3)
    let branch = scaled(sum(x, skip), 5)
    let output = sum(branch, skip)
    let seed = Tensor(rows: 2, channels: 2, [1, 2, 3, 4])
    tape.backward(from: output, gradient: seed)
    #expect(seed.array == [1, 2, 3, 4])
    #expect(branch.gradient?.array == [1, 2, 3, 4])
    // By hand: output = 5 (x + 3x) + 3x = 23 x, and 5 + 1 through the skip.
    #expect(try #require(skip.gradient).array == [6, 12, 18, 24])
    #expect(try #require(x.gradient).array == [23, 46, 69, 92])
  }

  @Test("an output nobody uses gets no gradient and runs no pullback")
  func unused() {
    let tape = Tape(.training)
    let x = input(tape)
    var ran = false
    let unused = tape.record(rows: 2, channels: 2) { _ in
      (
        x.value,
        { _ in ran = true }
      )
    }
    let output = scaled(x, 2)
    tape.backward(from: output, gradient: ones)
    #expect(!ran)
    #expect(unused.gradient == nil)
    #expect(x.gradient?.array == [2, 2, 2, 2])
  }

  @Test("an input that needs no gradient gets none, and its contribution is not computed")
  func notNeeded() {
    let tape = Tape(.training)
    let x = input(tape, needsGradient: false)
    var computed = false
    let output = tape.record(rows: 2, channels: 2) { _ in
      (
        x.value,
        { gradient in
          x.accumulate { _ in
            computed = true
            return gradient
          }
        }
      )
    }
    tape.backward(from: output, gradient: ones)
    #expect(x.gradient == nil)
    #expect(!computed)
  }

  @Test("a second backward pass runs nothing again")
  func once() {
    let tape = Tape(.training)
    let x = input(tape)
    let output = scaled(x, 2)
    tape.backward(from: output, gradient: ones)
    tape.backward(from: output, gradient: ones)
    #expect(x.gradient?.array == [2, 2, 2, 2])
  }

  @Test("an inference tape gives values and keeps no gradients")
  func inference() {
    let tape = Tape(.inference)
    let x = input(tape)
    let output = scaled(x, 2)
    #expect(output.value.array == [2, 4, 6, 8])
    #expect(!x.needsGradient)
    #expect(!output.needsGradient)
    #expect(tape.statistics == .running)
    #expect(Tape(.training).statistics == .batchUpdatingRunning)
    #expect(Tape(.training, statistics: .batch).statistics == .batch)
  }

  @Test("a planning tape knows shapes and runs no operator")
  func planning() {
    let tape = Tape(.planning)
    let x = tape.placeholder(rows: 1_000_000, channels: 1000)
    let output = tape.record(rows: 7, channels: 3) { _ in
      Issue.record("an operator ran while planning")
      return (Tensor(rows: 7, channels: 3), { _ in })
    }
    #expect(output.rows == 7)
    #expect(output.channels == 3)
    #expect(!output.needsGradient)
    #expect(x.rows == 1_000_000)
  }

  @Test("no rows at all go forward and backward")
  func empty() throws {
    let tape = Tape(.training)
    let x = tape.variable(Tensor(rows: 0, channels: 2), needsGradient: true)
    let output = sum(scaled(x, 2), scaled(x, 3))
    tape.backward(from: output, gradient: Tensor(rows: 0, channels: 2))
    #expect(try #require(x.gradient).rows == 0)
  }

  @Test("sums of gradients have the same bits on any number of threads", arguments: 1...3)
  func threads(count: Int) throws {
    let rows = 100_000
    let values = (0..<rows).map { Float($0 % 977) / 977 }
    let tape = Tape(.training, compute: Compute(threads: Threads(count: count)))
    let x = tape.variable(Tensor(rows: rows, channels: 1, values), needsGradient: true)
    let output = sum(sum(scaled(x, 0.1), scaled(x, 0.7)), scaled(x, 0.3))
    tape.backward(from: output, gradient: Tensor(rows: rows, channels: 1, values))
    // Pullbacks run from the last to the first, so the last branch contributes first.
    let expected = values.map { value in (value * 0.3 + value * 0.7) + value * 0.1 }
    #expect(try #require(x.gradient).array == expected)
  }
}
