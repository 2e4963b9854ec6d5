extension LArTPCSimulation.Configuration {
  /// Checks that every value means something.
  ///
  /// - Throws: ``LArTPCSimulation/ConfigurationError`` naming the value and its limits. Values that
  ///   are not checked are moved to the nearest meaningful one when a simulation is made.
  public func validate() throws(LArTPCSimulation.ConfigurationError) {
    for limits in Self.limits {
      if let error = limits.error(self) { throw error }
    }
  }

  /// The nearest configuration that ``validate()`` accepts.
  var nearestValid: Self {
    Self.limits.reduce(into: self) { valid, limits in limits.apply(&valid) }
  }

  /// What each value may be.
  private static let limits: [Limits] = [
    Limits("wires", \.wires, 16...16_384),
    Limits("driftBins", \.driftBins, 16...16_384),
    Limits("planes", \.planes, 1...3),
    Limits("cosmicMuons", \.cosmicMuons, 0...10_000),
    Limits("neutrinoFraction", \.neutrinoFraction, 0...1),
    Limits("noise", \.noise, 0...20),
    Limits("deadWireFraction", \.deadWireFraction, 0...1),
    Limits("threshold", \.threshold, 0...1_000_000),
  ]
}

extension LArTPCSimulation {
  /// A configuration value that means nothing; the description is one sentence.
  public struct ConfigurationError: Error, CustomStringConvertible, Equatable {
    /// The property whose value is wrong.
    public let name: String
    /// The value.
    public let value: String
    /// The least that it may be.
    public let least: String
    /// The most.
    public let most: String

    /// Which value is wrong, and what it may be.
    public var description: String {
      "the simulation's \(name) \(value) is not possible: use \(least) to \(most)"
    }
  }
}

/// What one value of a configuration may be.
private struct Limits: Sendable {
  typealias Configuration = LArTPCSimulation.Configuration

  /// The error of a configuration whose value is beyond its limits.
  let error: @Sendable (Configuration) -> LArTPCSimulation.ConfigurationError?
  /// Moves the value to the nearest one that is possible; what is no number becomes the default.
  let apply: @Sendable (inout Configuration) -> Void

  init<Value: Comparable & CustomStringConvertible & Sendable>(
    _ name: String, _ value: WritableKeyPath<Configuration, Value> & Sendable,
    _ range: ClosedRange<Value>
  ) {
    error = { configuration in
      guard !range.contains(configuration[keyPath: value]) else { return nil }
      return LArTPCSimulation.ConfigurationError(
        name: name, value: text(configuration[keyPath: value]), least: text(range.lowerBound),
        most: text(range.upperBound))
    }
    apply = { configuration in
      let given = configuration[keyPath: value]
      // Only what is no number differs from itself.
      guard given == given else {
        configuration[keyPath: value] = Configuration()[keyPath: value]
        return
      }
      configuration[keyPath: value] = min(max(given, range.lowerBound), range.upperBound)
    }
  }
}

/// A number as one types it: 20000 rather than 20000.0.
private func text(_ value: some CustomStringConvertible) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
