import CosmicTagger
import Foundation
import LArTPCSimulation
import Networks
import Testing

@Suite("Validation while training")
struct ValidationTests {
  /// A folder with a file of three simulated events, so that there is something to validate with.
  private struct Events {
    let scratch = try? Scratch()
    let path: String

    init() throws {
      path = try #require(scratch).file("aux.h5")
      try SimulationRun(
        output: path, eventCount: 3, seed: 7, configuration: LArTPCSimulation.Configuration(),
        logger: CapturedLog().logger
      ).run()
    }
  }

  /// The lines of a small run, and the error that ended it.
  private func run(
    events: String?, _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> (lines: [String], error: TaggerError?) {
    let scratch = try Scratch()
    var network = UResNetConfiguration(preset: .a21)
    network.initialFilters = 2
    network.depth = 1
    network.bottleneckDeepest = 4
    // Neither statistics nor weights move: what validation says depends on its events alone.
    network.normalizationMomentum = 0
    var training = TrainingConfiguration()
    training.learningRate = 1e-30
    training.iterations = 5
    training.auxiliaryFile = events
    training.auxiliaryIteration = 2
    training.scoredEvents = 0
    training.logDirectory = scratch.file("log")
    change(&training)
    let log = CapturedLog()
    let simulated = data {
      $0.downsample = 5
      $0.minibatchSize = 1
    }
    do {
      try TrainingRun(data: simulated, network: network, training: training, logger: log.logger)
        .run()
    } catch {
      return (log.lines, error)
    }
    return (log.lines, nil)
  }

  private func steps(_ lines: [String]) -> [String] {
    lines.filter { $0.hasPrefix("train Step") || $0.hasPrefix("test Step") }.map { line in
      line.split(separator: " ").prefix(3).joined(separator: " ")
    }
  }

  /// Metrics without times.
  private func figures(_ lines: [String], _ kind: String) -> [String] {
    lines.filter { $0.hasPrefix("\(kind) Step") }.map { line in
      String(line.drop { $0 != ":" }.prefix { $0 != "(" })
    }
  }

  @Test(
    "prints a line every so many steps, behind the step's own",
    arguments: TrainingConfiguration.Mode.allCases)
  func lines(_ mode: TrainingConfiguration.Mode) throws {
    let events = try Events()
    let run = try run(events: events.path) { $0.mode = mode }
    #expect(run.error == nil)
    #expect(
      steps(run.lines) == [
        "train Step 0", "train Step 1", "test Step 2", "train Step 2", "train Step 3",
        "test Step 4", "train Step 4",
      ])
    let form =
      /test Step \d metrics: loss: [0-9.e-]+(, [a-z-]+: ([0-9.e-]+|nan)){5} \([0-9.]+ Img\/s \/ [0-9.]+ read \/ [0-9.]+ plan \/ [0-9.]+ forward\)/
    for line in run.lines where line.hasPrefix("test") {
      #expect(line.wholeMatch(of: form) != nil, "\(line)")
    }
  }

  @Test("takes the file's events in their order, and the first again after the last")
  func order() throws {
    let events = try Events()
    let single = figures(
      try run(events: events.path) {
        $0.auxiliaryIteration = 1
        $0.auxiliaryMinibatchSize = 1
      }.lines, "test")
    #expect(single.count == 5)
    #expect(Set(single.prefix(3)).count == 3)
    #expect(single[3] == single[0] && single[4] == single[1])
    let triple = figures(
      try run(events: events.path) {
        $0.auxiliaryIteration = 1
        $0.auxiliaryMinibatchSize = 3
      }.lines, "test")
    #expect(Set(triple).count == 1)
  }

  @Test("changes nothing of what is trained")
  func independence() throws {
    let events = try Events()
    let change: (inout TrainingConfiguration) -> Void = { $0.learningRate = 1e-2 }
    let with = try run(events: events.path, change)
    let without = try run(events: nil, change)
    #expect(figures(with.lines, "test").count == 2)
    #expect(figures(without.lines, "test").isEmpty)
    #expect(figures(with.lines, "train") == figures(without.lines, "train"))
  }

  @Test("has nothing to say in a run shorter than its period")
  func short() throws {
    let events = try Events()
    let run = try run(events: events.path) { $0.auxiliaryIteration = 6 }
    #expect(run.error == nil)
    #expect(figures(run.lines, "test").isEmpty && figures(run.lines, "train").count == 5)
  }

  @Test("finds before the first step that its file is missing")
  func missing() throws {
    let run = try run(events: "none.h5")
    #expect(run.error?.kind == .inputOutput)
    #expect(
      run.error?.description
        == "none.h5: cannot be read (No such file or directory); check the path")
    #expect(steps(run.lines).isEmpty)
  }
}
