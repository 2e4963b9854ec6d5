extension RandomStream {
  /// What random numbers are drawn for: one seed serves all purposes, and no two share a stream.
  public enum Purpose: UInt64, CaseIterable, Sendable {
    /// Simulated events, which number their streams by event.
    case simulation = 0
    /// The first weights of a network.
    case weights = 1
    /// The order in which events are read; from number 1 on, how those to train on are changed.
    case eventOrder = 2
    /// What a step of training leaves to chance, as the masks of dropout; see ``RandomDraw``.
    case training = 3
  }

  /// A stream of a purpose.
  ///
  /// - Parameter number: which of its streams, below 2⁶².
  public init(seed: UInt64, for purpose: Purpose, number: UInt64 = 0) {
    self.init(seed: seed, stream: purpose.rawValue << 62 | number)
  }
}
