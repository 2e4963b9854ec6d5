import Tensors

/// Noise pixels above threshold.
///
/// In real events each induction plane is loud in one of the two drift volumes (plane 0 at positive
/// x, plane 1 at negative x) and quiet in the other; the collection plane is quiet in both. Loud
/// noise comes in bursts along the drift of a single wire: about two pixels, half of them
/// touching, the others a few bins apart. Amplitudes fall exponentially above threshold.
///
/// Rates, burst sizes, gaps and the slope are measured on three SBND events, away from tracks.
struct ElectronicsNoise: Sendable {
  /// Multiplies all rates.
  let scale: Double

  /// Bursts per pixel.
  private let loudRate = 3.95e-3
  private let quietRate = 3.6e-4
  private let collectionRate = 1.2e-4
  /// Probability that a burst goes on after a pixel.
  private let loudPersistence = 0.475
  private let quietPersistence = 0.03
  /// Mean amplitude above threshold, in counts.
  private let slope = 0.75
  /// Probability that the next pixel of a burst is at most 1, 2, … bins farther.
  private let gaps = [0.57, 0.67, 0.79, 0.84, 0.88, 0.91, 0.93, 0.95, 0.97, 0.98, 0.99, 1]

  /// Width of the noise on pixels with charge, in counts.
  func width(onCollection: Bool) -> Float {
    Float(min(scale, 1).squareRoot()) * (onCollection ? 1.15 : 1.6)
  }

  /// Calls `body` with wire, drift bin and amplitude above threshold of each noise pixel.
  func forEachPixel(
    of plane: Int, in detector: Detector, _ random: inout RandomStream,
    _ body: (Int, Int, Float) -> Void
  ) {
    let wires = detector.planes[plane].wires
    let cathode = min(max(detector.cathodeBin, 0), detector.driftBins)
    guard !wires.isEmpty else { return }
    for (side, bins) in [0..<cathode, cathode..<detector.driftBins].enumerated() {
      let isCollection = detector.planes[plane].isCollection
      let isLoud = !isCollection && side != plane
      let rate = isCollection ? collectionRate : isLoud ? loudRate : quietRate
      let persistence = isLoud ? loudPersistence : quietPersistence
      let bursts = random.poisson(mean: scale * rate * Double(wires.count * bins.count))
      for _ in 0..<bursts {
        let wire = Int.random(in: wires, using: &random)
        var bin = bins.lowerBound + Int(random.uniform() * Double(bins.count))
        repeat {
          body(wire, bin, Float(slope * random.exponential()))
          let draw = random.uniform()
          bin += 1 + (gaps.firstIndex { draw < $0 } ?? 0)
        } while bin < bins.upperBound && random.uniform() < persistence
      }
    }
  }
}
