import ArgumentParser
import CosmicTagger
import Foundation

/// The command line of the benchmarks.
@main
struct SparseBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparse-benchmark",
    abstract: "Times layers, rulebooks and networks, with exact counts of their work beside.",
    discussion: """
      Every line says how much was to be done (sites, pairs, multiply-adds, bytes: exact and the \
      same on every machine), how long it took (median and best of several repetitions), and what \
      share that is of the peak of fused multiply-add, measured in the same run.

      Timings are worth what the machine was doing besides: run on an idle one, and compare \
      figures of one run, or of two with --compare.

      Example:
        sparse-benchmark layers --file events.h5 --json before.json
        sparse-benchmark layers --file events.h5 --compare before.json
      """,
    subcommands: [
      Layers.self, Rulebooks.self, Networks.self,
    ])

  static func main() {
    MemoryUse.keepFreedMemory()
    main(nil)
  }
}

extension ParsableCommand {
  /// Runs a benchmark, and ends the process with one sentence and the right code if it fails.
  func reportingErrors(_ work: () throws -> Void) throws {
    do {
      try work()
    } catch {
      let error = TaggerError(error)
      try? FileHandle.standardError.write(
        contentsOf: Data("sparse-benchmark: \(error.description)\n".utf8))
      throw ExitCode(error.kind.rawValue)
    }
  }
}

/// Prints a line, or ends the process if nobody can read it any more.
func printLine(_ line: String) {
  do {
    try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
  } catch {
    _exit(TaggerError.Kind.inputOutput.rawValue)
  }
}
