import Files
import Foundation
import Telemetry
import Training

/// Where the time of each step goes, as the original's table and as a trace; measured always, kept where that
/// is asked.
final class RunProfile {
  private var file: ProfileFile?
  private let tracePath: String
  private var ranks: RankTimes?
  private var trace: ChromeTrace
  private var times: StepTimes
  private var start = ContinuousClock.now
  private var steps = 0

  /// Steps of a trace: browsers do not open many more.
  private static let tracedSteps = 200

  /// Begins, or goes on after so many steps.
  ///
  /// - Throws: `TaggerError` or `FileError` when the folder `profiles` cannot be made or written to.
  init(
    _ folder: OutputFolder?, _ training: TrainingConfiguration, after steps: Int,
    rank: Int = 0, of size: Int = 1
  ) throws {
    let profiles = training.profiles ? folder?.file("profiles") : nil
    file = try profiles.map { folder throws(TaggerError) in
      try ProfileFile(folder: folder, resumingAt: steps, rank: rank)
    }
    let name = rank == 0 ? "timeline_\(steps)" : "timeline_\(steps)_rank_\(rank)"
    tracePath = profiles.map { "\($0)/\(name).json" } ?? ""
    ranks =
      try rank == 0 && size > 1 ? profiles.map { try RankTimes(folder: $0, after: steps) } : nil
    trace = ChromeTrace(beginning: .now)
    times = StepTimes(step: steps)
  }

  /// Begins a step.
  func begin(_ step: Int) {
    times = StepTimes(step: step)
    start = .now
  }

  /// Does a part of a step, and adds what it took to that part.
  func measure<Result>(
    _ name: String, _ part: WritableKeyPath<StepTimes, Double>, _ body: () throws -> Result
  ) rethrows -> Result {
    let start = ContinuousClock.now
    defer {
      let end = ContinuousClock.now
      times[keyPath: part] += (end - start) / .seconds(1)
      note(name, from: start, to: end)
    }
    return try body()
  }

  /// Adds what a training step says of itself.
  func add(_ step: TrainingLoop.Step) {
    times.forward += step.forwardSeconds
    times.backward += step.backwardSeconds
    times.optimizer += step.optimizerSeconds
    var start = step.start
    for (name, seconds) in [
      ("forward", step.forwardSeconds), ("backward", step.backwardSeconds),
      ("optimizer", step.optimizerSeconds),
    ] {
      let end = start + .seconds(seconds)
      note(name, from: start, to: end)
      start = end
    }
  }

  private func note(
    _ name: String, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) {
    guard file != nil, steps < Self.tracedSteps else { return }
    trace.add(name, category: "training", row: 0, from: start, to: end)
  }

  /// Adds what all ranks say of a step.
  func add(_ reports: [StepReport], step: Int) { ranks?.add(step, reports) }

  /// Ends a step, whose training took so long.
  func end(training seconds: Double) {
    let now = ContinuousClock.now
    times.train = seconds
    times.iteration = (now - start) / .seconds(1)
    note("step \(times.step)", from: start, to: now)
    file?.append(times)
    steps += 1
  }

  /// Writes all that is known.
  ///
  /// - Throws: `FileError` when a file cannot be written; the old one is then as it was.
  func write() throws {
    guard let file, steps > 0 else { return }
    try file.write()
    try ranks?.write()
    try WrittenFile.replace(tracePath, with: JSONEncoder().encode(trace))
  }
}
