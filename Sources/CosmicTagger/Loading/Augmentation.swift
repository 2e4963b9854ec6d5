import Foundation
import LArCV
import Tensors

/// Changes of events that leave their labels true, so that training sees more than was recorded.
///
/// Both flips are symmetries of the detector, and are the same on all planes of an event:
///
/// - drift: every plane's ticks are counted from the other end, which is a mirror at the middle of the
///   drift;
/// - wires: every plane's wires are counted from the other end, which is half a turn around the drift
///   (beam and height change their signs): wires at +60°, −60° and upright stay what they are. A
///   mirror of one of these directions alone would make the wires of the first induction plane those
///   of the second.
///
/// What of planes does not fill the image moves along by the difference, as an event elsewhere along the
/// wires would.
public struct Augmentation: Equatable, Sendable {
  /// How likely the wires of an event are counted from the other end.
  public var wireFlip = 0.0
  /// How likely the drift times of an event are counted from the other end.
  public var driftFlip = 0.0
  /// Spread of the factor on an event's charges: the standard deviation of its logarithm.
  public var chargeScale = 0.0
  /// How likely each wire is dead in an event: it loses its pixels, charge and label.
  public var wireDropout = 0.0

  /// No change.
  public init() {}

  /// Whether events stay as they are.
  public var isNone: Bool { self == Augmentation() }

  /// The changes by the names of options.
  var settings: [String: Double] {
    [
      "flip-wire": wireFlip, "flip-drift": driftFlip, "charge-scale": chargeScale,
      "wire-dropout": wireDropout,
    ]
  }

  /// Checks ranges.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  func validate() throws(TaggerError) {
    for (option, value) in [("--flip-wire", wireFlip), ("--flip-drift", driftFlip)] {
      guard (0...1).contains(value) else {
        throw TaggerError(.usage, "\(option) \(value) is not possible: use a probability, 0 to 1")
      }
    }
    guard (0..<1).contains(wireDropout) else {
      throw TaggerError(
        .usage, "--wire-dropout \(wireDropout) is not possible: use 0 or more, below 1")
    }
    guard (0...2).contains(chargeScale) else {
      throw TaggerError(
        .usage,
        "--charge-scale \(chargeScale) is not possible: use 0 to 2; 0.1 is a tenth more or less")
    }
  }

  /// What is done to one event.
  ///
  /// Everything is drawn, whether it is used or not, so that one option does not change what another does.
  func drawn(_ random: inout RandomStream, _ geometry: ImageGeometry) -> EventChange {
    let flips = (random.uniform() < wireFlip, random.uniform() < driftFlip)
    let factor = Float(exp(chargeScale * random.normal()))
    let wires = geometry.stored[geometry.isWireFirst ? 0 : 1]
    let dead = (0..<geometry.planes).map { _ in
      wireDropout == 0 ? [] : (0..<wires).map { _ in random.uniform() < wireDropout }
    }
    return EventChange(
      flipsWires: flips.0, flipsDrift: flips.1, factor: factor, dead: dead, geometry: geometry)
  }
}

/// One change of an event.
struct EventChange {
  let flipsWires: Bool
  let flipsDrift: Bool
  /// On charges.
  let factor: Float
  /// For each plane whether a wire is dead; empty where none is.
  let dead: [[Bool]]
  let geometry: ImageGeometry

  /// The event as changed, with its labels and vertices.
  func callAsFunction(_ event: DetectorEvent) -> DetectorEvent {
    event.replacing(
      images: event.images.map { changed($0, factor) },
      labels: event.labels.map { changed($0, 1) },
      truth: event.truth.map {
        EventTruth(particles: $0.particles, vertices: $0.vertices.map { $0.map(moved) })
      })
  }

  /// Whether an axis of stored images is counted from its other end.
  private func flips(axis: Int) -> Bool {
    (axis == 0) == geometry.isWireFirst ? flipsWires : flipsDrift
  }

  private func changed(_ image: SparseImage, _ factor: Float) -> SparseImage {
    let width = UInt64(geometry.stored[1])
    let last = geometry.stored.map { UInt64($0 - 1) }
    let (flipsFirst, flipsSecond) = (flips(axis: 0), flips(axis: 1))
    let plane = image.meta.projection
    let dead = self.dead.indices.contains(plane) ? self.dead[plane] : []
    var changed = SparseImage(meta: image.meta, ids: [], values: [])
    changed.ids.reserveCapacity(image.ids.count)
    changed.values.reserveCapacity(image.ids.count)
    for (id, value) in zip(image.ids, image.values) {
      var (first, second) = id.quotientAndRemainder(dividingBy: width)
      let wire = Int(geometry.isWireFirst ? first : second)
      if dead.indices.contains(wire), dead[wire] { continue }
      // A voxel outside is refused where sites are assembled.
      if flipsFirst, first <= last[0] { first = last[0] - first }
      if flipsSecond { second = last[1] - second }
      changed.ids.append(first * width + second)
      changed.values.append(value * factor)
    }
    return changed
  }

  private func moved(_ position: [Double]) -> [Double] {
    position.enumerated().map { axis, value in
      guard geometry.stored.indices.contains(axis), flips(axis: axis) else { return value }
      return Double(geometry.stored[axis]) - value
    }
  }
}
