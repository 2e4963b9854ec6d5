import Foundation

/// Logarithmic colours for charge, from dark violet over red to pale yellow.
package struct ColorScale: Sendable {
  let lowest: Float
  let highest: Float

  /// Spans the charges of an event: from its smallest to what only a few in a thousand exceed, so
  /// that one hot pixel does not darken the rest.
  package init(charges: some Collection<Float>) {
    let sorted = charges.filter { $0.isFinite && $0 > 0 }.sorted()
    let lowest = sorted.first ?? 1
    self.lowest = lowest
    let high = sorted.isEmpty ? lowest : sorted[(sorted.count - 1) * 995 / 1000]
    highest = max(high, lowest * 2)
  }

  /// Where a charge is on the scale, from 0 to 1.
  ///
  /// Quotients of charges may be more than single precision holds: their logarithms are subtracted.
  package func position(of charge: Float) -> Double {
    guard charge > lowest else { return 0 }
    let bottom = log(Double(lowest))
    let position = (log(Double(charge)) - bottom) / (log(Double(highest)) - bottom)
    return min(position, 1)
  }

  func color(of charge: Float) -> Color { Self.color(at: position(of: charge)) }

  /// Colour at a fraction of the scale.
  static func color(at position: Double) -> Color {
    let scaled = min(max(position, 0), 1) * Double(stops.count - 1)
    let index = min(Int(scaled), stops.count - 2)
    return .mix(stops[index], stops[index + 1], scaled - Double(index))
  }

  /// Brightness rises steadily, so the order of charges survives a grey print.
  private static let stops = [
    Color(50, 36, 110), Color(112, 40, 138), Color(182, 54, 110), Color(232, 92, 66),
    Color(252, 156, 44), Color(252, 212, 90), Color(255, 250, 210),
  ]
}
