import LArCV

/// What is known of a whole event: particles, and where the neutrino interacted.
public struct EventTruth: Sendable {
  /// The particles, a neutrino first if there was one.
  public let particles: [Particle]
  /// For each plane where the neutrino interacted, in stored voxels along both axes of the image, if it
  /// is known: the middle of the first voxel is (0.5, 0.5).
  public let vertices: [[Double]?]

  /// The truth of an event.
  public init(particles: [Particle], vertices: [[Double]?]) {
    self.particles = particles
    self.vertices = vertices
  }

  /// The truth as a file has it: the vertex of a plane is the middle of its first cluster with voxels,
  /// such as the 3×3 marker that simulations of SBND leave.
  init(particles: [Particle], markers: [[SparseImage]]) {
    self.init(
      particles: particles,
      vertices: markers.map { clusters in clusters.lazy.compactMap(\.middle).first })
  }
}

extension SparseImage {
  /// The mean position of the voxels of an image of two axes, if it has any that lie in it.
  fileprivate var middle: [Double]? {
    guard meta.voxelCounts.count == 2, let volume = meta.volume, !ids.isEmpty,
      ids.allSatisfy({ $0 < UInt64(volume) })
    else { return nil }
    let extent = UInt64(meta.voxelCounts[1])
    let sums = ids.reduce(into: [0.0, 0.0]) { sums, id in
      sums[0] += Double(id / extent) + 0.5
      sums[1] += Double(id % extent) + 0.5
    }
    return sums.map { $0 / Double(ids.count) }
  }
}

/// The kinds of events, in the order of the classification head's scores.
public enum EventKind: UInt8, CaseIterable, Sendable {
  /// A charged current of an electron neutrino.
  case electronNeutrino = 0
  /// A charged current of a muon neutrino.
  case muonNeutrino = 1
  /// A neutral current.
  case neutralCurrent = 2
  /// No neutrino that can be seen.
  case cosmic = 3

  /// Fewer pixels of a neutrino than this are none that can be seen.
  static let leastNeutrinoPixels = 10

  /// The kind of an event.
  ///
  /// - Parameters:
  ///   - truth: what is known of it; its first neutrino decides.
  ///   - neutrinoPixels: the number of its pixels that are labelled so, on all planes.
  ///   - name: how messages name the event.
  /// - Throws: `TaggerError` for a neutrino of a kind that has no class.
  init(_ truth: EventTruth, neutrinoPixels: Int, name: String) throws(TaggerError) {
    let neutrino = truth.particles.first { [12, 14, 16].contains(abs($0.pdg)) }
    guard let neutrino, neutrinoPixels >= Self.leastNeutrinoPixels else {
      self = .cosmic
      return
    }
    switch (neutrino.currentType, abs(neutrino.pdg)) {
    case (1, _): self = .neutralCurrent
    case (_, 12): self = .electronNeutrino
    case (_, 14): self = .muonNeutrino
    default:
      throw TaggerError(
        .badData,
        "the neutrino of \(name) has pdg \(neutrino.pdg) and a charged current, which is no class of "
          + "--classification: leave the event out")
    }
  }
}
