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

  /// The particle table of the event: producer `sbndneutrino`.
  public var particles: [LArCV.Particle] { neutrino?.particles ?? [] }

  /// Where the neutrino interacted, as files of SBND say it: for each plane one cluster of the 3×3
  /// voxels around the vertex, each of value 1; producer `sbndneutrino`.
  ///
  /// Without a neutrino the cluster is empty; at the image's edge it has fewer voxels.
  public var vertexMarkers: [[SparseImage]] {
    images.enumerated().map { plane, image in
      [Self.marker(around: neutrino?.vertices[plane], in: image.meta)]
    }
  }

  private static func marker(around vertex: [Double]?, in meta: ImageMeta) -> SparseImage {
    var ids: [UInt64] = []
    if let vertex {
      let middle = vertex.map { Int($0.rounded(.down)) }
      for wire in middle[0] - 1...middle[0] + 1 where (0..<meta.voxelCounts[0]).contains(wire) {
        for bin in middle[1] - 1...middle[1] + 1 where (0..<meta.voxelCounts[1]).contains(bin) {
          ids.append(UInt64(wire * meta.voxelCounts[1] + bin))
        }
      }
    }
    return SparseImage(meta: meta, ids: ids, values: ids.map { _ in 1 })
  }
}

/// The truth about a neutrino interaction.
public struct SimulatedNeutrino: Sendable {
  /// The neutrino itself and what came out of its interaction, as a particle table has them.
  public let particles: [LArCV.Particle]
  /// For each plane where the interaction happened, in stored voxels along both axes of the image: the
  /// middle of the first voxel is (0.5, 0.5).
  public let vertices: [[Double]]
}
