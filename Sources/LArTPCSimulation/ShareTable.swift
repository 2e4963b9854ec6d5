import Foundation

/// How Gaussians are shared among the pixels they cover, along one axis, tabulated.
///
/// Widths and positions are rounded to a fraction of a pixel, which no one sees; so a share costs one
/// look into 0.2 MB, which stay in the cache.
///
/// There is one table, which lives as long as the process.
struct ShareTable: @unchecked Sendable {
  /// Pixels that one Gaussian may cover.
  static let length = 16
  /// Widest Gaussian, in pixels: three deviations to each side fill the pixels.
  static let widest = 2.4

  private static let widthSteps = 96
  private static let positionSteps = 32

  /// For each width and position within a pixel the shares of ``length`` pixels, the position lying in
  /// the one at ``length``/2.
  private let shares: UnsafeMutablePointer<Float>
  /// For each width the pixels to each side that get a share.
  private let reaches: UnsafeMutablePointer<Int>

  static let shared = ShareTable()

  private init() {
    let rows = (Self.widthSteps + 1) * Self.positionSteps
    shares = .allocate(capacity: rows * Self.length)
    reaches = .allocate(capacity: Self.widthSteps + 1)
    for step in 0...Self.widthSteps {
      let width = max(Self.widest * Double(step) / Double(Self.widthSteps), 0.01)
      reaches[step] = min(Int((3 * width + 0.5).rounded(.down)), Self.length / 2 - 1)
      for position in 0..<Self.positionSteps {
        let row = shares + (step * Self.positionSteps + position) * Self.length
        let center = (Double(position) + 0.5) / Double(Self.positionSteps) - 0.5
        for pixel in 0..<Self.length {
          let low = Double(pixel - Self.length / 2) - 0.5 - center
          row[pixel] = Float(
            Self.cumulative((low + 1) / width) - Self.cumulative(low / width))
        }
      }
    }
  }

  private static func cumulative(_ deviations: Double) -> Double {
    0.5 * erfc(-deviations / 2.0.squareRoot())
  }

  /// The shares of a Gaussian.
  ///
  /// - Parameters:
  ///   - center: position in pixels; pixel `n` covers n - 1/2 to n + 1/2.
  ///   - width: standard deviation in pixels; wider ones count as ``widest``.
  @inline(__always)
  func callAsFunction(center: Double, width: Double) -> Shares {
    let scale = Double(Self.widthSteps) / Self.widest
    let step = Int(min(width, Self.widest) * scale + 0.5)
    let pixel = center.rounded()
    let place = Int((center - pixel + 0.5) * Double(Self.positionSteps))
    let position = min(max(place, 0), Self.positionSteps - 1)
    let reach = reaches[step]
    let row = (step * Self.positionSteps + position) * Self.length
    return Shares(
      first: Int(pixel) - reach, count: 2 * reach + 1,
      values: shares + row + Self.length / 2 - reach)
  }

  /// What each of some pixels gets.
  struct Shares {
    /// First pixel that gets a share.
    let first: Int
    /// How many pixels do.
    let count: Int
    /// Their shares, as many as pixels.
    let values: UnsafeMutablePointer<Float>

    /// Share of a pixel; 0 outside.
    subscript(pixel: Int) -> Float {
      pixel >= first && pixel < first + count ? values[pixel - first] : 0
    }
  }
}
