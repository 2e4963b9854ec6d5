import Autodiff
import Tensors
import Testing

/// Proves what a tape does for the step as a whole: updates that wait, draws, and repetition.
@Suite("Steps on a tape")
struct StepTests {
  private struct Refusal: Error {}

  /// `factor · x`, which notes its runs and leaves an update.
  private func scaled(
    _ x: Variable, _ factor: Float, _ log: Log, update: String? = nil
  ) -> Variable {
    log.runs += 1
    if let update { x.tape.deferUpdate { log.updates.append(update) } }
    return x.tape.record(rows: x.rows, channels: x.channels) { _ in
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

  private final class Log {
    var runs = 0
    var updates: [String] = []
    var draws: [RandomDraw] = []
  }

  private let ones = Tensor(rows: 2, channels: 1, [1, 1])

  private func input(_ tape: Tape) -> Variable {
    tape.variable(Tensor(rows: 2, channels: 1, [1, 2]), needsGradient: true)
  }

  @Test("updates wait for the backward pass, keep their order and are made once")
  func updates() {
    let (tape, log) = (Tape(.training), Log())
    var output = input(tape)
    for name in ["first", "second", "third"] { output = scaled(output, 2, log, update: name) }
    #expect(log.updates.isEmpty)
    tape.backward(from: output, gradient: ones)
    tape.applyUpdates()
    #expect(log.updates == ["first", "second", "third"])
  }

  @Test("updates are made for who asks, and forgotten with a step that is given up")
  func withoutGradient() {
    let log = Log()
    let inference = Tape(.inference, statistics: .batchUpdatingRunning)
    inference.deferUpdate { log.updates.append("asked") }
    inference.applyUpdates()
    #expect(log.updates == ["asked"])
    let planning = Tape(.planning)
    planning.deferUpdate { log.updates.append("planned") }
    planning.applyUpdates()
    let refused = Tape(.training)
    let x = input(refused)
    _ = scaled(x, 2, log, update: "refused")
    refused.discard()
    refused.applyUpdates()
    #expect(log.updates == ["asked"])
  }

  @Test("gradients start from a result of the tape itself")
  func otherTape() async {
    await #expect(processExitsWith: .failure) {
      let other = Tape(.training).variable(Tensor(rows: 1, channels: 1), needsGradient: true)
      Tape(.training).backward(from: other, gradient: Tensor(rows: 1, channels: 1))
    }
  }

  @Test("a tape that is given up goes away with its pullbacks")
  func discarded() {
    weak var gone: Tape?
    do {
      let tape = Tape(.training)
      _ = scaled(input(tape), 2, Log())
      gone = tape
      tape.discard()
    }
    #expect(gone == nil)
  }

  @Test("draws are numbered within the step")
  func draws() {
    let randomness = StepRandomness(seed: 4, step: 9)
    let tape = Tape(.training, randomness: randomness)
    let draws = (0..<3).map { _ in tape.nextDraw() }
    #expect(draws == (0..<3).map { RandomDraw(randomness, number: $0) })
    #expect(Tape(.training).randomness == StepRandomness(seed: 0, step: 0))
  }

  @Test("a recomputed part runs twice, draws the same and leaves its updates once, in order")
  func recomputing() throws {
    let (tape, log) = (Tape(.training), Log())
    let x = input(tape)
    let before = scaled(x, 3, log, update: "before")
    let part = try tape.recomputing(before) { y in
      log.draws.append(y.tape.nextDraw())
      let inner = try y.tape.recomputing(y) { z in
        log.draws.append(z.tape.nextDraw())
        return scaled(z, 5, log, update: "inner")
      }
      return scaled(inner, 7, log, update: "part")
    }
    let output = scaled(part, 2, log, update: "after")
    let last = tape.nextDraw()
    #expect(output.value.array == [210, 420])
    #expect(log.runs == 4)
    tape.backward(from: output, gradient: ones)
    #expect(log.updates == ["before", "inner", "part", "after"])
    #expect(try #require(x.gradient).array == [210, 210])
    // The part once more, and within it the inner one twice.
    #expect(log.runs == 4 + 3)
    let numbers = (0..<3).map { RandomDraw(StepRandomness(), number: $0) }
    #expect(log.draws == [numbers[0], numbers[1], numbers[0], numbers[1], numbers[1]])
    #expect(last == numbers[2])
  }

  @Test("a part that throws leaves nothing behind")
  func refusedPart() throws {
    let (tape, log) = (Tape(.training), Log())
    let x = input(tape)
    #expect(throws: Refusal.self) {
      try tape.recomputing(x) { y in
        _ = y.tape.nextDraw()
        _ = scaled(y, 2, log, update: "refused")
        throw Refusal()
      }
    }
    #expect(tape.nextDraw() == RandomDraw(StepRandomness(), number: 0))
    tape.applyUpdates()
    #expect(log.updates.isEmpty)
  }

  @Test("a part is simply run where no gradients are asked for")
  func otherPurposes() throws {
    let log = Log()
    let inference = Tape(.inference)
    let output = try inference.recomputing(input(inference)) { scaled($0, 2, log) }
    #expect(output.value.array == [2, 4])
    let planned = try Tape(.planning).placeholder(rows: 3, channels: 2).tape.recomputing(
      Tape(.planning).placeholder(rows: 3, channels: 2)
    ) { scaled($0, 2, log) }
    #expect(planned.rows == 3)
    #expect(log.runs == 2)
  }

  @Test("a part that changes nothing, and an input nobody asks about")
  func trivial() throws {
    let tape = Tape(.training)
    let x = input(tape)
    let output = try tape.recomputing(x) { $0 }
    let constant = tape.variable(ones)
    _ = try tape.recomputing(constant) { scaled($0, 2, Log()) }
    tape.backward(from: output, gradient: ones)
    #expect(x.gradient?.array == [1, 1])
    #expect(constant.gradient == nil)
  }
}
