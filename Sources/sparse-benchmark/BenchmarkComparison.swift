import CosmicTagger
import Foundation
import Telemetry

/// An earlier run, against which a new one is held.
struct BenchmarkComparison {
  private let path: String
  private let earlier: BenchmarkReport

  /// Reads the file of an earlier run.
  ///
  /// - Throws: `TaggerError` when it cannot be read, or is not of this benchmark.
  init(path: String, benchmark: String) throws(TaggerError) {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TaggerError(
        .inputOutput, "\(path) cannot be read: give --compare the --json file of an earlier run")
    }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let report = try? decoder.decode(BenchmarkReport.self, from: data) else {
      throw TaggerError(
        .badData,
        "\(path) holds no figures of sparse-benchmark: give --compare the --json file of an "
          + "earlier run")
    }
    guard report.benchmark == benchmark else {
      throw TaggerError(
        .badData,
        "\(path) holds figures of sparse-benchmark \(report.benchmark), which cannot be compared "
          + "with those of \(benchmark)")
    }
    earlier = report
  }

  /// A table of the entries that both runs have, and the mean ratio.
  func text(_ report: BenchmarkReport) -> String {
    let known = Dictionary(earlier.entries.map { ($0.name, $0) }) { first, _ in first }
    var table = MetricsTable(headers: ["", "before (ms)", "now (ms)", "times as fast"])
    var logarithms: [Double] = []
    for entry in report.entries {
      guard let before = known[entry.name], before.multiplyAdds == entry.multiplyAdds,
        before.bestSeconds > 0, entry.bestSeconds > 0
      else { continue }
      let ratio = before.bestSeconds / entry.bestSeconds
      logarithms.append(log(ratio))
      table.append([
        .text(entry.name), .number(before.bestSeconds * 1e3, decimals: 3),
        .number(entry.bestSeconds * 1e3, decimals: 3), .number(ratio, decimals: 2),
      ])
    }
    guard !logarithms.isEmpty else {
      return "Nothing of \(path) was timed again: no entry has the same name and the same work"
    }
    let mean = exp(logarithms.reduce(0, +) / Double(logarithms.count))
    return "\nAgainst \(path), best times:\n\(table)\n" + difference(from: report)
      + String(
        format: "%d entries, %.2f times as fast (geometric mean)", logarithms.count, mean)
  }

  /// What the two runs computed with, where that was not the same.
  private func difference(from report: BenchmarkReport) -> String {
    let (before, now) = (earlier.arithmetic, report.arithmetic)
    return before == now ? "" : "Before: \(before); now: \(now)\n"
  }
}
