import LArCV

/// One event as a detector would have written it, with the truth beside it.
public struct SimulatedEvent: Sendable {
  /// Run 1, subrun 0, and the number of the event.
  public let id: EventID
  /// Charge per plane in counts, all above threshold: producer `sbndwire`.
  public let images: [SparseImage]
  /// Labels per plane at the ids of ``images``: producer `sbnd_cosmicseg`; 0 background, 1 cosmic,
  /// 2 neutrino.
  public let labels: [SparseImage]
}
