import Testing
import Training

/// Proves the learning rate of each step against the original's own definitions.
@Suite("Learning-rate schedules")
struct LearningRateScheduleTests {
  private func schedule(
    _ kind: ScheduleKind, steps: Int, epoch: Int,
    _ change: (inout ScheduleConfiguration) -> Void = { _ in }
  ) -> LearningRateSchedule {
    var configuration = ScheduleConfiguration()
    configuration.kind = kind
    change(&configuration)
    return configuration.schedule(peak: 1e-2, steps: steps, epoch: epoch)
  }

  private func isNear(_ found: Double, _ expected: Double) -> Bool {
    abs(found - expected) <= 1e-15 + 1e-12 * abs(expected)
  }

  @Test("flat is one rate, also after the end")
  func flat() {
    let schedule = schedule(.flat, steps: 10, epoch: 3)
    #expect([0, 1, 9, 10, 1_000_000].allSatisfy { schedule.rate(step: $0) == 1e-2 })
  }

  @Test("standard: up over an epoch, flat, then a decay to the floor")
  func standard() {
    let schedule = schedule(.standard, steps: 1000, epoch: 100) { $0.decayEpochs = 3 }
    for step in 0..<100 {
      #expect(isNear(schedule.rate(step: step), 1e-6 + Double(step) * (1e-2 - 1e-6) / 100))
    }
    for step in 100..<700 { #expect(schedule.rate(step: step) == 1e-2) }
    for step in 700..<1000 {
      let expected = (1e-2 - 1e-4) * referenceExponential(-0.01 * Double(step - 700)) + 1e-4
      #expect(isNear(schedule.rate(step: step), expected))
    }
    #expect(schedule.rate(step: 5000) == schedule.rate(step: 1000))
    #expect(schedule.rate(step: 5000) > 1e-4)
  }

  @Test("one-cycle: up from the lowest, down to it, then a decay")
  func oneCycle() {
    let schedule = schedule(.oneCycle, steps: 500, epoch: 100) {
      $0.decayEpochs = 1
      $0.minimum = 1e-3
    }
    #expect(schedule.rate(step: 0) == 1e-3)
    #expect(isNear(schedule.rate(step: 100), 5.5e-3))
    #expect(schedule.rate(step: 200) == 1e-2)
    #expect(isNear(schedule.rate(step: 300), 5.5e-3))
    #expect(schedule.rate(step: 400) == 1e-3)
    #expect(isNear(schedule.rate(step: 450), 9e-4 * referenceExponential(-0.5) + 1e-4))
  }

  @Test("warm-up: from the floor over an epoch, flat until epoch 21, then a decay by epochs")
  func warmUp() {
    let schedule = schedule(.warmUp, steps: 300, epoch: 10)
    for step in 0..<300 {
      let epoch = Double(step) / 10
      let expected =
        epoch < 1
        ? 1e-4 + epoch * (1e-2 - 1e-4)
        : epoch < 21 ? 1e-2 : 1e-4 + (1e-2 - 1e-4) * referenceExponential(-0.999 * (epoch - 21))
      #expect(isNear(schedule.rate(step: step), expected), "step \(step)")
    }
  }

  @Test(
    "runs shorter than any part, and a floor above the peak, have rates between nothing and the peak",
    arguments: ScheduleKind.allCases, [1, 2, 7])
  func short(kind: ScheduleKind, steps: Int) {
    for epoch in [1, 5, 1000] {
      let schedule = schedule(kind, steps: steps, epoch: epoch) { $0.floor = 1 }
      for step in 0..<3 * steps {
        #expect((0...1e-2).contains(schedule.rate(step: step)), "\(kind), epoch \(epoch): \(step)")
      }
    }
  }
}

/// The exponential by its series, for moderate arguments.
private func referenceExponential(_ x: Double) -> Double {
  let (half, halvings) = (x / 64, 6)
  var (sum, term) = (1.0, 1.0)
  for index in 1..<30 {
    term *= half / Double(index)
    sum += term
  }
  for _ in 0..<halvings { sum *= sum }
  return sum
}
