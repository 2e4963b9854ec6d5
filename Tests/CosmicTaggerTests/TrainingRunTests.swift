import CosmicTagger
import Foundation
import Networks
import Sites
import Testing

@Suite("A small run from beginning to end")
struct TrainingRunTests {
  private func run(
    seed: UInt64 = 1, threads: Int = 1, iterations: Int = 30,
    siteIndex: SiteIndexKind = .automatic
  ) throws -> [String] {
    let scratch = try Scratch()
    var network = UResNetConfiguration()
    network.initialFilters = 2
    network.depth = 2
    network.blocksPerLayer = 1
    network.blocksDeepest = 1
    network.blocksFinal = 1
    network.bottleneckDeepest = 4
    var training = TrainingConfiguration()
    training.iterations = iterations
    training.learningRate = 1e-2
    training.balance = .light
    training.seed = seed
    training.threads = threads
    training.siteIndex = siteIndex
    training.scoredEvents = 2
    training.logDirectory = scratch.file("log")
    let log = CapturedLog()
    let simulated = data {
      $0.downsample = 5
      $0.minibatchSize = 1
      $0.seed = seed
    }
    try TrainingRun(data: simulated, network: network, training: training, logger: log.logger)
      .run()
    let picture = try Data(contentsOf: URL(fileURLWithPath: scratch.file("log/event_display.png")))
    #expect(Array(picture.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    return log.lines
  }

  /// The lines that should not depend on the clock, the threads or the folder.
  private func lasting(_ lines: [String]) -> [String] {
    let passing = [
      "Total time", "Peak memory", "Event picture", "Scores:", "Plan of", " THREADS", " SITE_INDEX",
      " LOG_DIRECTORY", " CHECKPOINT_DIRECTORY",
    ]
    return lines.filter { line in !passing.contains { line.hasPrefix($0) } }
      .map { line in
        line.hasPrefix("train Step") ? String(line.prefix { $0 != "(" }) : line
      }
  }

  private func losses(_ lines: [String]) throws -> [Double] {
    try lines.filter { $0.hasPrefix("train Step") }.map { line in
      let number = line.components(separatedBy: "loss: ")[1].prefix { $0 != "," }
      return try #require(Double(number))
    }
  }

  @Test("Every way to look up sites gives the same lines, to the last digit of the loss")
  func siteIndices() throws {
    let expected = try run(iterations: 4)
    #expect(expected.contains { $0.hasPrefix(" SITE_INDEX") && $0.hasSuffix(": automatic") })
    for kind in SiteIndexKind.allCases {
      let lines = try run(iterations: 4, siteIndex: kind)
      #expect(lasting(lines) == lasting(expected), "\(kind.rawValue)")
      #expect(lines.contains { $0.hasPrefix(" SITE_INDEX") && $0.hasSuffix(": \(kind.rawValue)") })
    }
  }

  @Test("The loss falls, and a seed gives the same lines on one thread and on two")
  func reproducible() throws {
    let lines = try run()
    let losses = try losses(lines)
    #expect(losses.count == 30)
    let first = losses.prefix(5).reduce(0, +)
    let last = losses.suffix(5).reduce(0, +)
    #expect(last < 0.8 * first)
    #expect(lasting(try run()) == lasting(lines))
    #expect(lasting(try run(threads: 2)) == lasting(lines))
  }

  @Test("Different seeds are different runs")
  func seeds() throws {
    let first = try losses(run(seed: 1, iterations: 2))
    let second = try losses(run(seed: 2, iterations: 2))
    #expect(first != second)
  }

  @Test("A diverging run ends in one sentence while events are being read ahead")
  func divergence() throws {
    let scratch = try Scratch()
    var network = UResNetConfiguration(preset: .a21)
    network.depth = 1
    var training = TrainingConfiguration()
    training.learningRate = 1e30
    training.iterations = 1000
    training.logDirectory = scratch.path
    let simulated = data { $0.downsample = 6 }
    let run = try TrainingRun(
      data: simulated, network: network, training: training, logger: CapturedLog().logger)
    let error = #expect(throws: TaggerError.self) { try run.run() }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("lower the learning rate") == true)
  }

  @Test("A missing or unfit auxiliary file is found before the first step")
  func auxiliaryFile() throws {
    let scratch = try Scratch()
    var training = TrainingConfiguration()
    training.logDirectory = scratch.path
    training.auxiliaryFile = scratch.file("missing.h5")
    let log = CapturedLog()
    let run = try TrainingRun(
      data: data { $0.downsample = 1 }, network: UResNetConfiguration(preset: .a21),
      training: training, logger: log.logger)
    let error = #expect(throws: TaggerError.self) { try run.run() }
    #expect(error?.kind == .inputOutput)
    #expect(!log.lines.contains { $0.hasPrefix("train Step") })
  }

  @Test("Absurd channel counts are refused, not multiplied")
  func absurdChannels() throws {
    let scratch = try Scratch()
    var network = UResNetConfiguration(preset: .seed)
    network.initialFilters = .max
    network.growth = .additive
    var training = TrainingConfiguration()
    training.logDirectory = scratch.path
    let run = try TrainingRun(
      data: data(), network: network, training: training, logger: CapturedLog().logger)
    let error = #expect(throws: TaggerError.self) { try run.run() }
    #expect(error?.kind == .usage)
  }
}
