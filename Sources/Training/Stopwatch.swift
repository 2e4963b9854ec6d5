/// Wall-clock seconds between calls.
public struct Stopwatch {
  /// When the lap began.
  private(set) var start = ContinuousClock.now

  /// Starts now.
  public init() {}

  /// Seconds since the start or the last lap, and starts anew.
  public mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { start = now }
    return (now - start) / .seconds(1)
  }
}
