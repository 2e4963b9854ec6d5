extension LArTPCSimulation {
  /// What is simulated: image sizes, particles per event and noise.
  ///
  /// The defaults resemble SBND: three planes of 2048 × 1280 pixels, one neutrino, and in the mean 7.5
  /// cosmic muons with the electrons and photons that air showers bring besides. Smaller images are
  /// *smaller detectors of the same resolution*: pixels keep their size (3 mm wires, 3.1 mm of drift),
  /// and the active volume shrinks until it fits, so what a network sees locally does not depend on
  /// the image size.
  public struct Configuration: Sendable, Equatable {
    /// Pixels along the wire axis (axis 0).
    public var wires = 2048
    /// Pixels along the drift axis (axis 1), both drift volumes together.
    public var driftBins = 1280
    /// Wire planes, at most three: induction, induction, collection.
    public var planes = 3
    /// Mean number of cosmic muons that cross the active volume in the time one event can see,
    /// which is the drift time before and after the spill; electrons and photons come in proportion.
    public var cosmicMuons = 7.5
    /// Probability that an event contains a neutrino interaction.
    public var neutrinoFraction = 1.0
    /// Electronics noise relative to that of real events: scales the number of noise pixels.
    public var noise = 1.0
    /// Share of wires that read nothing; none in the real events known.
    public var deadWireFraction = 0.0
    /// Pixels are kept when their charge is above this.
    public var threshold: Float = 5

    /// The defaults: events like those of SBND.
    public init() {}

    /// Checks that every value means something.
    ///
    /// - Throws: ``ConfigurationError`` naming the value and its limits. Values that are not checked
    ///   are moved to the nearest meaningful one when a simulation is made.
    public func validate() throws(ConfigurationError) {
      if let limits = Self.violatedLimits(of: "wires", wires, 16...16_384)
        ?? Self.violatedLimits(of: "driftBins", driftBins, 16...16_384)
        ?? Self.violatedLimits(of: "planes", planes, 1...3)
        ?? Self.violatedLimits(of: "cosmicMuons", cosmicMuons, 0...10_000)
        ?? Self.violatedLimits(of: "neutrinoFraction", neutrinoFraction, 0...1)
        ?? Self.violatedLimits(of: "noise", noise, 0...20)
        ?? Self.violatedLimits(of: "deadWireFraction", deadWireFraction, 0...1)
        ?? Self.violatedLimits(of: "threshold", threshold, 0...1_000_000)
      {
        throw ConfigurationError(description: limits)
      }
    }

    /// The nearest configuration that ``validate()`` accepts.
    var nearestValid: Configuration {
      var valid = self
      valid.wires = min(max(wires, 16), 16_384)
      valid.driftBins = min(max(driftBins, 16), 16_384)
      valid.planes = min(max(planes, 1), 3)
      valid.cosmicMuons = cosmicMuons.isNaN ? 0 : min(max(cosmicMuons, 0), 10_000)
      valid.neutrinoFraction = neutrinoFraction.isNaN ? 0 : min(max(neutrinoFraction, 0), 1)
      valid.noise = noise.isNaN ? 0 : min(max(noise, 0), 20)
      valid.deadWireFraction = deadWireFraction.isNaN ? 0 : min(max(deadWireFraction, 0), 1)
      valid.threshold = threshold.isNaN ? 5 : min(max(threshold, 0), 1_000_000)
      return valid
    }

    private static func violatedLimits<Value: Comparable>(
      of name: String, _ value: Value, _ limits: ClosedRange<Value>
    ) -> String? {
      if limits.contains(value) { return nil }
      return "The simulation's \(name) is \(value), but it must lie between "
        + "\(limits.lowerBound) and \(limits.upperBound)."
    }
  }

  /// A configuration value that means nothing; the description is one sentence.
  public struct ConfigurationError: Error, CustomStringConvertible, Equatable {
    /// Which value is wrong, and what it may be.
    public let description: String
  }
}
