import Foundation

/// How a Gaussian is shared among the pixels it covers, along one axis.
struct PixelShares {
  /// Pixels that get a share: up to three deviations to each side, at most sixteen.
  let pixels: Range<Int>
  private var shares: InlineArray<16, Float> = .init(repeating: 0)

  /// Shares out a Gaussian.
  ///
  /// - Parameters:
  ///   - center: position in pixels; pixel `n` covers n - 1/2 to n + 1/2.
  ///   - width: standard deviation in pixels.
  init(center: Double, width: Double) {
    let reach = 3 * width
    let first = Int((center - reach).rounded())
    let last = Int((center + reach).rounded())
    pixels = first..<min(last + 1, first + 16)
    let scale = 1 / width
    var below = NormalDistribution.cumulative((Double(first) - 0.5 - center) * scale)
    for index in 0..<pixels.count {
      let edge = Double(first + index) + 0.5 - center
      let above = NormalDistribution.cumulative(edge * scale)
      shares[index] = above - below
      below = above
    }
  }

  /// Share of a pixel; 0 outside ``pixels``.
  subscript(pixel: Int) -> Float {
    pixels.contains(pixel) ? shares[pixel - pixels.lowerBound] : 0
  }
}

/// The cumulative normal distribution from a table: error below 10⁻⁵, a nanosecond a call.
enum NormalDistribution {
  private static let limit = 5.0
  private static let cellsPerUnit = 128.0
  private static let table: [Float] = (0...Int(2 * limit * cellsPerUnit)).map {
    Float(0.5 * erfc(-(Double($0) / cellsPerUnit - limit) / 2.0.squareRoot()))
  }

  static func cumulative(_ deviations: Double) -> Float {
    let cell = (deviations + limit) * cellsPerUnit
    guard cell > 0 else { return 0 }
    let index = Int(min(cell, 1e6))
    guard index + 1 < table.count else { return 1 }
    let fraction = Float(cell - Double(index))
    return table[index] + fraction * (table[index + 1] - table[index])
  }
}
