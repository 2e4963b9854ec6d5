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
  }
}
