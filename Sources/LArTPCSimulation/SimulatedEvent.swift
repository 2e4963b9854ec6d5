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
  /// The neutrino that interacted, if one did.
  public let neutrino: SimulatedNeutrino?
}

/// The truth about a neutrino interaction.
public struct SimulatedNeutrino: Sendable {
  /// The neutrino itself, as a particle table has it.
  public let particle: LArCV.Particle
  /// For each plane where the interaction happened, in stored voxels along both axes of the image: the
  /// middle of the first voxel is (0.5, 0.5).
  public let vertices: [[Double]]
}
