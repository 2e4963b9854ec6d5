/// Slices of time in the format of Chrome's tracing, which Perfetto (https://ui.perfetto.dev) and
/// `chrome://tracing` open.
///
/// A slice lies within another where its time does, on the same row; rows are threads. Source: the
/// "Trace Event Format" of the Chromium project.
///
/// ```swift
/// var trace = ChromeTrace(beginning: .now)
/// trace.add("step", category: "training", row: 0, from: start, to: end)
/// try JSONEncoder().encode(trace)
/// ```
public struct ChromeTrace: Encodable, Sendable {
  /// One slice: a complete event ("X").
  public struct Slice: Encodable, Sendable {
    /// What ran.
    public let name: String
    /// By which slices can be filtered.
    public let category: String
    /// Microseconds since the beginning.
    public let start: Double
    /// Microseconds.
    public let duration: Double
    /// The row it is drawn on.
    public let row: Int
    /// What else is shown of it.
    public let arguments: [String: String]

    private enum CodingKeys: String, CodingKey {
      case name, category = "cat", phase = "ph", start = "ts", duration = "dur", process = "pid"
      case row = "tid", arguments = "args"
    }

    /// With the format's own keys.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(category, forKey: .category)
      try container.encode("X", forKey: .phase)
      try container.encode(start, forKey: .start)
      try container.encode(duration, forKey: .duration)
      try container.encode(0, forKey: .process)
      try container.encode(row, forKey: .row)
      if !arguments.isEmpty { try container.encode(arguments, forKey: .arguments) }
    }
  }

  /// All slices, in the order they were added.
  public private(set) var slices: [Slice] = []

  private let beginning: ContinuousClock.Instant

  private enum CodingKeys: String, CodingKey {
    case slices = "traceEvents", unit = "displayTimeUnit"
  }

  /// An empty trace.
  ///
  /// - Parameter beginning: the instant that is drawn as zero.
  public init(beginning: ContinuousClock.Instant) {
    self.beginning = beginning
  }

  /// Adds a slice; one that ends before it starts has no length.
  public mutating func add(
    _ name: String, category: String, row: Int, from start: ContinuousClock.Instant,
    to end: ContinuousClock.Instant, arguments: [String: String] = [:]
  ) {
    slices.append(
      Slice(
        name: name, category: category, start: microseconds(from: beginning, to: start),
        duration: max(0, microseconds(from: start, to: end)), row: row, arguments: arguments))
  }

  /// The format's own keys, and milliseconds as the unit of display.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(slices, forKey: .slices)
    try container.encode("ms", forKey: .unit)
  }

  /// Microseconds to the nanosecond.
  private func microseconds(
    from start: ContinuousClock.Instant, to end: ContinuousClock.Instant
  ) -> Double {
    ((end - start) / .nanoseconds(1)).rounded() / 1000
  }
}
