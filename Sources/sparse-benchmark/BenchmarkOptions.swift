import ArgumentParser
import CosmicTagger

/// What all benchmarks are asked for.
struct BenchmarkOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Numbers of threads to time with.", valueName: "counts"))
  var threads = [1, 2]

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard !threads.isEmpty, threads.allSatisfy({ (1...256).contains($0) }) else {
      throw ValidationError("--threads are numbers from 1 to 256")
    }
  }
}

/// Where the figures of a benchmark go, and what they are held against.
struct ReportOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write the figures to this file.", valueName: "path"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Print ratios against an earlier run's --json file.",
      discussion: "Entries are matched by name; a ratio above one is faster than before.",
      valueName: "path"))
  var compare: String?

  /// Makes sure of both files, runs a benchmark, then writes and compares.
  func reporting(
    _ benchmark: String, _ run: (inout BenchmarkReport) throws -> Void
  ) throws {
    let earlier = try compare.map { try BenchmarkComparison(path: $0, benchmark: benchmark) }
    let output = try json.map { try OutputFile($0, option: "--json") }
    var report = BenchmarkReport(benchmark)
    try run(&report)
    try output?.writeJSON(report)
    if let earlier { printLine(earlier.text(report)) }
  }
}
