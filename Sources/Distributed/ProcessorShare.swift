import Foundation
import Tensors

extension Communicator {
  /// How many processors are this rank's share of its machine.
  ///
  /// Where processes are bound, as `mpirun --bind-to` and batch systems do, each uses what it was given;
  /// where several may run on the same processors, they share these out.
  public func processorShare() -> Int {
    // A container may allow fewer than there are.
    guard hostSize > 1 else { return Threads.available }
    let own = ProcessorSet.current
    var all = [UInt64](repeating: 0, count: own.words.count * hostSize)
    own.words.withUnsafeBytes { own in
      all.withUnsafeMutableBytes { gatherOnHost(own, into: $0) }
    }
    let width = own.words.count
    let others = (0..<hostSize).map {
      ProcessorSet(words: Array(all[$0 * width..<($0 + 1) * width]))
    }
    return min(own.share(among: others), Threads.available)
  }
}

/// Some of a machine's processors.
struct ProcessorSet: Equatable {
  /// A bit for each processor.
  let words: [UInt64]

  /// Those of some numbers.
  init(_ processors: Range<Int>) {
    var words = [UInt64](repeating: 0, count: Self.most / 64)
    for processor in processors { words[processor / 64] |= 1 << UInt64(processor % 64) }
    self.words = words
  }

  init(words: [UInt64]) { self.words = words }

  /// Those this process may run on.
  static var current: ProcessorSet {
    ProcessorSet(status: (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? "")
      ?? ProcessorSet(0..<min(ProcessInfo.processInfo.activeProcessorCount, most))
  }

  /// More processors than a machine has.
  private static let most = 1024

  /// What Linux says of a process, `Cpus_allowed: ff,ffffffff`, hexadecimal, the last processors first;
  /// nil where it says nothing (proc(5)).
  init?(status: String) {
    guard
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }),
      let digits = line.split(whereSeparator: { ": \t".contains($0) }).last
    else { return nil }
    var words = [UInt64](repeating: 0, count: Self.most / 64)
    let halves = digits.split(separator: ",").reversed().map { UInt64($0, radix: 16) }
    guard halves.count <= 2 * words.count else { return nil }
    for (index, half) in halves.enumerated() {
      guard let half else { return nil }
      words[index / 2] |= half << UInt64(index % 2 * 32)
    }
    self.words = words
  }

  /// The processors that come on one of several processes, one at least.
  func share(among processes: [ProcessorSet]) -> Int {
    var share = 0.0
    for processor in 0..<words.count * 64 where contains(processor) {
      share += 1 / Double(max(processes.count { $0.contains(processor) }, 1))
    }
    return max(1, Int(share + 1e-9))
  }

  private func contains(_ processor: Int) -> Bool {
    words[processor / 64] >> UInt64(processor % 64) & 1 == 1
  }
}
