import CosmicTagger
import Files
import Foundation
import Testing

/// Proves that whatever happens to a run, its output is the old or the new, and that it can go on.
@Suite("Inference that is interrupted")
struct InterruptedInferenceTests {
  private static let old = Data("old".utf8)

  private func run(_ setting: InferenceSetting) -> (error: TaggerError?, lines: [String]) {
    let log = CapturedLog()
    do throws(TaggerError) {
      var configuration = setting.configuration()
      configuration.minibatchSize = 1
      configuration.metricsFile = setting.path("events.csv")
      try InferenceRun(configuration, logger: log.logger).run()
      return (nil, log.lines)
    } catch {
      return (error, log.lines)
    }
  }

  @Test(
    "by a disk that fails leaves the old output or the new, and goes on to the bytes of a whole run",
    arguments: [true, false])
  func faults(lasts: Bool) throws {
    let reference = try InferenceSetting()
    #expect(run(reference).error == nil)
    let (whole, table) = try (reference.data("out.h5"), reference.data("events.csv"))
    var (number, continued) = (0, 0)
    var wasReached: Bool
    repeat {
      let setting = try InferenceSetting()
      try Self.old.write(to: URL(fileURLWithPath: setting.path("out.h5")))
      let faults = WriteFaults(from: number, lasts: lasts)
      let first = WriteFaults.$current.withValue(faults) { run(setting) }
      wasReached = faults.wasReached
      let output = try setting.data("out.h5")
      #expect(output == Self.old || output == whole, "fault \(number)")
      #expect(first.error.map { $0.kind == .inputOutput } ?? true, "\(first)")
      #expect(!setting.contents.contains { $0.hasSuffix(".partial") })
      let second = run(setting)
      #expect(second.error == nil, "fault \(number): \(second)")
      if second.lines.contains(where: { $0.hasPrefix("Going on after ") }) { continued += 1 }
      #expect(try setting.data("out.h5") == whole, "fault \(number)")
      #expect(try setting.data("events.csv") == table, "fault \(number)")
      #expect(setting.contents == ["events.csv", "in.h5", "model.h5", "out.h5"])
      // All of the beginning, then every few: a file has hundreds of tables' writes.
      number += number < 12 ? 1 : 7
    } while wasReached
    #expect(continued > 3)
  }

  /// A setting with a journal of a run that did not come to its end.
  private func interrupted() throws -> (setting: InferenceSetting, journal: Data) {
    var number = 10
    while number < 400 {
      let setting = try InferenceSetting()
      _ = WriteFaults.$current.withValue(WriteFaults(from: number)) { run(setting) }
      if let journal = try? setting.data("out.h5.progress"), journal.count > 3000 {
        return (setting, journal)
      }
      number += 10
    }
    throw TaggerError(.software, "no run was interrupted where it should have been")
  }

  @Test("in the middle of a record forgets that one alone, and anything behind it")
  func tornRecords() throws {
    let (setting, journal) = try interrupted()
    let reference = try InferenceSetting()
    #expect(run(reference).error == nil)
    let path = setting.path("out.h5.progress")
    for change in [
      journal.dropLast(1), journal.dropLast(100), journal + Data([1, 2, 3]),
      journal + Data(repeating: 0, count: 500), journal.prefix(10), Data(),
    ] {
      try Data(change).write(to: URL(fileURLWithPath: path))
      let next = run(setting)
      #expect(next.error == nil, "\(next)")
      #expect(try setting.data("out.h5") == reference.data("out.h5"))
    }
    var damaged = journal
    damaged[journal.count - 20] ^= 1
    try damaged.write(to: URL(fileURLWithPath: path))
    #expect(run(setting).error == nil)
    #expect(try setting.data("out.h5") == reference.data("out.h5"))
  }

  @Test("is not continued by another network, or on another file")
  func otherRun() throws {
    let (setting, journal) = try interrupted()
    let other = try InferenceSetting(seed: 2)
    let (model, input) = try (setting.data("model.h5"), setting.data("in.h5"))
    func write(_ data: Data, _ name: String) throws {
      try data.write(to: URL(fileURLWithPath: setting.path(name)))
    }
    try write(other.data("model.h5"), "model.h5")
    let wrongNetwork = run(setting)
    #expect(wrongNetwork.error?.kind == .usage)
    #expect(
      wrongNetwork.error?.description.contains(
        "holds the progress of a run with another checkpoint")
        == true)
    try write(model, "model.h5")
    try write(input + Data([0]), "in.h5")
    #expect(run(setting).error?.description.contains("another size of the file") == true)
    #expect(try setting.data("out.h5.progress") == journal)
    try write(Data("text\n".utf8), "out.h5.progress")
    try write(input, "in.h5")
    #expect(run(setting).error?.kind == .badData)
  }
}
