import Foundation

/// The lines about time that the original prints at the end of a run, and that its users' scripts
/// look for.
public struct Throughput {
  private let seconds: [Double]
  private let minibatchSize: Int

  /// The durations of all steps.
  public init(_ seconds: [Double], minibatchSize: Int) {
    self.seconds = seconds
    self.minibatchSize = minibatchSize
  }

  /// The total, then the total and events a second without the first steps, which warm up.
  public var lines: [String] {
    var lines = ["Total time to batch_process: \(text(seconds.reduce(0, +)))"]
    lines += line("except first iteration", Array(seconds.dropFirst()))
    lines += line("except first two iterations", Array(seconds.dropFirst(2)))
    if seconds.count > 40 { lines += line("last 40 iterations", Array(seconds.suffix(40))) }
    return lines
  }

  private func line(_ name: String, _ part: [Double]) -> [String] {
    let total = part.reduce(0, +)
    guard total > 0 else { return [] }
    let rate = Double(part.count * minibatchSize) / total
    return ["Total time to batch_process \(name): \(text(total)), throughput: \(text(rate))"]
  }

  private func text(_ value: Double) -> String {
    String(format: "%.4f", value)
  }
}
