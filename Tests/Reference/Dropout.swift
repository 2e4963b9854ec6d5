/// Features where a mask is true, divided by the probability to be kept; zero elsewhere.
public func dropout(
  _ features: [[Double]], keeping mask: [[Bool]], probability: Double
) -> [[Double]] {
  zip(features, mask).map { row, keeps in
    zip(row, keeps).map { $1 ? $0 / (1 - probability) : 0 }
  }
}
