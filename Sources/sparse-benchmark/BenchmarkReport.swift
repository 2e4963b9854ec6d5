import Foundation
import Kernels
import Tensors

/// The figures of one run, as they are written to a file and compared with an earlier one.
struct BenchmarkReport: Codable {
  /// Which subcommand made it.
  let benchmark: String
  /// What the kernels were chosen for.
  let instructionSet: String
  /// The roofline of each number of threads.
  var peaks: [Peak] = []
  /// What was timed.
  var entries: [Entry] = []

  /// Instruction set and precision, in words.
  var arithmetic: String {
    ([instructionSet] + Set(peaks.compactMap(\.precision)).sorted()).joined(separator: ", ")
  }

  /// What the machine can do at most with some threads.
  struct Peak: Codable {
    let threads: Int
    /// What was multiplied; nothing in files of earlier versions.
    let precision: String?
    let gigaflops: Double
    let gigabytesPerSecond: Double
  }

  /// One piece of work and the time it took.
  struct Entry: Codable {
    /// What it is, the same in every run: `level 0/submanifold/32/forward/2 threads`.
    let name: String
    let threads: Int
    let sites: Int
    let pairs: Int
    let multiplyAdds: Int
    let bytes: Int
    let medianSeconds: Double
    let bestSeconds: Double
    /// Of the peak of fused multiply-add of so many threads, at the best time.
    var shareOfPeak: Double?
    /// What else there is to say, as `planning_seconds` of a network.
    var details: [String: Double]?

    /// Operations a second in 10⁹, at the best time.
    var gigaflops: Double { bestSeconds > 0 ? 2e-9 * Double(multiplyAdds) / bestSeconds : 0 }
  }

  init(_ benchmark: String) {
    self.benchmark = benchmark
    instructionSet = InstructionSet.current.name
  }

  /// Measures what the machine can do with some threads, and notes it.
  mutating func measurePeak(_ threads: Threads, precision: Precision = .float32) -> MachinePeaks {
    let peaks = MachinePeaks(measuredBy: threads, precision: precision)
    self.peaks.append(
      Peak(
        threads: threads.count, precision: precision.rawValue, gigaflops: peaks.gigaflops,
        gigabytesPerSecond: peaks.gigabytesPerSecond))
    printLine(
      String(
        format:
          "\n%@: peak %.0f GFLOP/s of multiply-add in %@, %.1f GB/s of memory; kernels: %@",
        named(threads: threads.count), peaks.gigaflops, precision.rawValue,
        peaks.gigabytesPerSecond, instructionSet))
    return peaks
  }
}

/// `1 thread`, `2 threads`.
func named(threads count: Int) -> String { count == 1 ? "1 thread" : "\(count) threads" }
