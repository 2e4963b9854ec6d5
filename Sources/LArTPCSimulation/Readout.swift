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
///
/// A readout belongs to one thread at a time, and is used for one event after another.
final class Readout: @unchecked Sendable {
  let detector: Detector
  private let deadWires: [Set<Int>]
  private let maps: [ChargeMap]
  private let shares = ShareTable.shared
  /// What one deposit adds to the bins of a wire that takes all of it.
  private let profile = UnsafeMutablePointer<PixelContent>.allocate(capacity: ShareTable.length)

  /// Counts per MeV that escapes recombination: 0.0055 counts per electron.
  ///
  /// This, the widths below and the threshold of labels are tuned on real events
  /// (experiments/simulation-versus-data).
  private let gain = 0.0055 / Argon.ionization
  /// Width of the electronics' response along the drift, in bins; deconvolving the bipolar signals
  /// of induction wires leaves the wider one.
  private let inductionShaping = 0.67
  private let collectionShaping = 0.5
  /// Width of the charge sharing between wires without diffusion, in wires.
  private let sharing = 0.21
  /// Least width of the true energy along the drift, in bins.
  private let truthWidth = 0.23
  /// A pixel belongs to a particle that left at least this energy in it, in MeV.
  ///
  /// The electronics' response does not count: its tails are background, as in real events.
  static let labelThreshold: Float = 0.02

  init(detector: Detector, deadWireFraction: Double) {
    self.detector = detector
    maps = detector.planes.map { _ in
      ChargeMap(wires: detector.wires, driftBins: detector.driftBins)
    }
    deadWires = detector.planes.indices.map { plane in
      // Dead wires are the detector's: the same in every event and for every seed.
      var random = RandomStream(seed: 0, stream: UInt64(plane))
      return Set(
        detector.planes[plane].wires.filter { _ in random.uniform() < deadWireFraction })
    }
  }

  deinit { profile.deallocate() }

  /// Forgets the event.
  func clear() {
    for map in maps { map.clear() }
  }

  /// Drifts one deposit, made `time` μs after the spill, to all planes.
  func collect(_ deposit: Deposit, from origin: Origin, time: Double) {
    guard let x = detector.apparentX(of: deposit.position, time: time) else { return }
    let driftTime = detector.driftTime(from: deposit.position)
    let binSpread =
      (2 * Drift.longitudinalDiffusion * driftTime).squareRoot() * detector.driftBinsPerCentimetre
    let trueWidth = max(binSpread, truthWidth)
    let wireSpread =
      (2 * Drift.transverseDiffusion * driftTime).squareRoot() * detector.wiresPerCentimetre
    let wireWidth = (wireSpread * wireSpread + sharing * sharing).squareRoot()
    let bin = detector.driftBin(atX: x)
    let truth = shares(center: bin, width: trueWidth)
    let charge = Float(gain * deposit.charge * exp(-driftTime / Drift.lifetime))
    let energy = Float(deposit.energy)

    var drift = truth
    var isProfileOfCollection: Bool?
    for (map, plane) in zip(maps, detector.planes) {
      if isProfileOfCollection != plane.isCollection {
        isProfileOfCollection = plane.isCollection
        let shaping = plane.isCollection ? collectionShaping : inductionShaping
        drift = shares(
          center: bin, width: (trueWidth * trueWidth + shaping * shaping).squareRoot())
        for index in 0..<drift.count {
          var content = PixelContent(charge * drift.values[index], 0, 0, 0)
          content[origin.rawValue] = energy * truth[drift.first + index]
          profile[index] = content
        }
      }
      let wires = shares(center: plane.wire(at: deposit.position), width: wireWidth)
      for index in 0..<wires.count where plane.wires.contains(wires.first + index) {
        map.add(
          profile, count: drift.count, times: wires.values[index], wire: wires.first + index,
          drift: drift.first)
      }
    }
  }

  /// Adds electronics noise to one plane.
  func addNoise(_ noise: ElectronicsNoise, plane: Int, _ random: inout RandomStream) {
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
    ids.reserveCapacity(1 << 15)
    values.reserveCapacity(1 << 15)
    labels.reserveCapacity(1 << 15)
    let width = noise.width(onCollection: detector.planes[plane].isCollection)
    let dead = deadWires[plane]
    maps[plane].forEachPixel { id, content in
      var value = content[0]
      // Pixels far below threshold are not worth a random number.
      if value > threshold - 5 * width { value += width * Float(random.normal()) }
      value = max(value, content[3] > 0 ? threshold + content[3] : 0)
      guard value > threshold else { return }
      if !dead.isEmpty, dead.contains(Int(id) / detector.driftBins) { return }
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
