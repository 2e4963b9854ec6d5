import Foundation
import LArCV
import Tensors

/// Where charge comes from; the raw value is the lane of ``PixelContent`` its true energy goes to,
/// and the label.
enum Origin: Int, Sendable {
  case cosmic = 1
  case neutrino = 2
}

/// Drifts deposits to the wires of all planes, adds noise, and applies the threshold.
struct Readout {
  let detector: Detector
  private(set) var maps: [ChargeMap]

  /// Counts per MeV that escapes recombination.
  private let gain = 215.0
  /// Width of the electronics' response along the drift, in bins; deconvolving the bipolar signals
  /// of induction wires leaves the wider one.
  private let inductionShaping = 0.75
  private let collectionShaping = 0.5
  /// Width of the charge sharing between wires without diffusion, in wires.
  private let sharing = 0.2
  /// Diffusion constants of electrons in argon at 500 V/cm, in cm²/μs.
  private let longitudinalDiffusion = 6.6e-6
  private let transverseDiffusion = 12.0e-6
  /// Lifetime of drifting electrons in μs.
  private let lifetime = 10_000.0
  /// A pixel belongs to a particle that left at least this energy in it, in MeV.
  ///
  /// The electronics' response does not count: its tails are background, as in real events.
  static let labelThreshold: Float = 0.025

  init(detector: Detector) {
    self.detector = detector
    let map = ChargeMap(wires: detector.wires, driftBins: detector.driftBins)
    self.maps = Array(repeating: map, count: detector.planes.count)
  }

  /// Drifts one deposit, made `time` μs after the spill, to all planes.
  mutating func collect(_ deposit: Deposit, from origin: Origin, time: Double) {
    guard let x = detector.apparentX(of: deposit.position, time: time) else { return }
    let driftTime = detector.driftTime(from: deposit.position)
    let binSpread =
      (2 * longitudinalDiffusion * driftTime).squareRoot() * detector.driftBinsPerCentimetre
    let trueWidth = max(binSpread, 0.3)
    let wireSpread = (2 * transverseDiffusion * driftTime).squareRoot() * 3.333
    let wireWidth = (wireSpread * wireSpread + sharing * sharing).squareRoot()
    let bin = detector.driftBin(atX: x)
    let truth = PixelShares(center: bin, width: trueWidth)
    let induction = PixelShares(center: bin, width: hypot(trueWidth, inductionShaping))
    let collection = PixelShares(center: bin, width: hypot(trueWidth, collectionShaping))
    let charge = Float(gain * deposit.charge * exp(-driftTime / lifetime))
    let energy = Float(deposit.energy)

    for (index, plane) in detector.planes.enumerated() {
      let drift = plane.isCollection ? collection : induction
      let wires = PixelShares(center: plane.wire(at: deposit.position), width: wireWidth)
      for wire in wires.pixels where plane.wires.contains(wire) {
        let wireShare = wires[wire]
        for bin in drift.pixels {
          var content = PixelContent(charge * wireShare * drift[bin], 0, 0, 0)
          content[origin.rawValue] = energy * wireShare * truth[bin]
          maps[index].add(content, wire: wire, drift: bin)
        }
      }
    }
  }

  /// Adds electronics noise to one plane.
  mutating func addNoise(_ noise: ElectronicsNoise, plane: Int, _ random: inout RandomStream) {
    noise.forEachPixel(of: plane, in: detector, &random) { wire, bin, amplitude in
      maps[plane].add([0, 0, 0, amplitude], wire: wire, drift: bin)
    }
  }

  /// The charge and label images of one plane: pixels above threshold, ids ascending.
  func images(
    plane: Int, threshold: Float, noise: ElectronicsNoise, _ random: inout RandomStream
  ) -> (charge: SparseImage, label: SparseImage) {
    var ids: [UInt64] = []
    var values: [Float] = []
    var labels: [Float] = []
    let width = noise.width(onCollection: detector.planes[plane].isCollection)
    maps[plane].forEachPixel { id, content in
      var value = content[0]
      // Pixels far below threshold are not worth a random number.
      if value > threshold - 5 * width { value += width * Float(random.normal()) }
      value = max(value, content[3] > 0 ? threshold + content[3] : 0)
      guard value > threshold else { return }
      ids.append(id)
      values.append(value)
      labels.append(label(of: content))
    }
    let meta = ImageMeta(projection: plane, voxelCounts: [detector.wires, detector.driftBins])
    return (
      SparseImage(meta: meta, ids: ids, values: values),
      SparseImage(meta: meta, ids: ids, values: labels)
    )
  }

  /// Neutrino wins over cosmic, cosmic over background.
  private func label(of content: PixelContent) -> Float {
    for origin in [Origin.neutrino, .cosmic] where content[origin.rawValue] >= Self.labelThreshold {
      return Float(origin.rawValue)
    }
    return 0
  }
}
