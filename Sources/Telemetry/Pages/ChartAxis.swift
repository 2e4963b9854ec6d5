import Foundation

/// An axis of a chart: where values lie, and where its ticks are.
package struct ChartAxis: Equatable, Sendable {
  /// Whether equal factors have equal lengths.
  package let isLogarithmic: Bool
  /// Value at the lower end.
  package let lowest: Double
  /// Value at the upper end.
  package let highest: Double
  /// Values with a line and a label.
  package let ticks: [Double]
  private let decimals: Int

  /// An axis over values: ends at ticks where it is linear.
  ///
  /// - Parameters:
  ///   - range: a range that must be covered, such as 0 to 1 for shares.
  ///   - prefersLogarithm: whether it is logarithmic where positive values span decades.
  package init(
    _ values: [Double], covering range: ClosedRange<Double>? = nil, prefersLogarithm: Bool = false
  ) {
    // Beyond that, differences are no numbers any more.
    let known = values.filter { abs($0) < 1e300 }
    var low = known.min() ?? range?.lowerBound ?? 0
    var high = known.max() ?? range?.upperBound ?? 1
    if let range { (low, high) = (min(low, range.lowerBound), max(high, range.upperBound)) }
    if prefersLogarithm, low > 0, high / low >= Self.spanOfLogarithm {
      self.init(decadesFrom: low, to: high)
    } else {
      self.init(from: low, to: high)
    }
  }

  /// Ticks at round steps, and at both ends.
  private init(from low: Double, to high: Double) {
    var (low, high) = (low, high)
    if high - low < 1e-12 * max(abs(high), abs(low), 1e-300) {
      let margin = high == 0 ? 1 : abs(high) / 10
      (low, high) = (low - margin, high + margin)
    }
    let step = Self.step(for: high - low)
    let (first, last) = ((low / step + 1e-9).rounded(.down), (high / step - 1e-9).rounded(.up))
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    (lowest, highest) = (first * step, last * step)
    isLogarithmic = false
    decimals = max(0, Int(-log10(step).rounded(.down)))
  }

  /// Ticks at 1, 2 and 5 of every decade, or at decades where there are many.
  private init(decadesFrom low: Double, to high: Double) {
    let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let leading = decades.count > 4 ? [1.0] : [1.0, 2, 5]
    let candidates = decades.flatMap { decade in leading.map { $0 * pow(10, Double(decade)) } }
    let first = candidates.last { $0 <= low * (1 + 1e-9) } ?? low
    let last = candidates.first { $0 >= high * (1 - 1e-9) } ?? high
    ticks = candidates.filter { (first...last).contains($0) }
    (lowest, highest) = (first, last)
    isLogarithmic = true
    decimals = 0
  }

  /// The largest value over the smallest from which on an axis is logarithmic.
  private static let spanOfLogarithm = 30.0

  /// A round step that makes four to eight ticks.
  private static func step(for span: Double) -> Double {
    let rough = span / 5
    let decade = pow(10, log10(rough).rounded(.down))
    let leading = [1.0, 2, 5, 10].min {
      abs(log($0 * decade / rough)) < abs(log($1 * decade / rough))
    }
    return (leading ?? 1) * decade
  }

  /// Where a value lies, from 0 to 1.
  package func position(_ value: Double) -> Double {
    isLogarithmic
      ? log(max(value, .leastNormalMagnitude) / lowest) / log(highest / lowest)
      : (value - lowest) / (highest - lowest)
  }

  /// A tick's value as text.
  package func label(_ tick: Double) -> String {
    if isLogarithmic || abs(tick) >= 1e6 || (tick != 0 && decimals > 5) {
      return String(format: "%g", tick)
    }
    return String(format: "%.\(decimals)f", tick == 0 ? 0 : tick)
  }
}
