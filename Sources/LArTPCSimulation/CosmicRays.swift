import Foundation
import Tensors

/// Muons from above.
struct CosmicRays {
  let detector: Detector

  /// A muon where it enters the active volume, or nil if none was found in many attempts.
  ///
  /// The flux per solid angle goes as cos² of the zenith angle; through a horizontal surface that
  /// makes the cosine the fourth root of a uniform number. Muons start uniformly on the plane of
  /// the detector's top, far beyond its edges, and those that miss are drawn again.
  func muon(_ random: inout RandomStream) -> Particle? {
    let height = 2 * detector.halfHeight
    let margin = 3 * height
    for _ in 0..<10_000 {
      let cosine = random.uniform().squareRoot().squareRoot()
      let azimuth = random.uniform(in: 0...(2 * .pi))
      let sine = (1 - cosine * cosine).squareRoot()
      let direction = Vector(sine * cos(azimuth), -cosine, sine * sin(azimuth))
      let extent = detector.halfWidth + margin
      let start = Vector(
        random.uniform(in: -extent...extent), detector.halfHeight,
        random.uniform(in: -margin...(detector.length + margin)))
      let energy = energy(&random)
      if let entry = detector.entry(from: start, along: direction) {
        return Particle(kind: .muon, energy: energy, position: entry, direction: direction)
      }
    }
    return nil
  }

  /// Kinetic energy in MeV: falls as (E + 3.6 GeV)^-2.7, so about half of the muons have less than
  /// 2 GeV and a tenth stop within two metres.
  private func energy(_ random: inout RandomStream) -> Double {
    3600 * (pow(1 - random.uniform(), -1 / 1.7) - 1)
  }

  /// When a muon comes, in μs relative to the spill: any time at which some of its charge could
  /// be read out together with the spill's.
  func arrival(_ random: inout RandomStream) -> Double {
    random.uniform(in: -detector.maximumDriftTime...detector.maximumDriftTime)
  }
}
