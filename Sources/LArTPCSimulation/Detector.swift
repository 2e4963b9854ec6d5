import Foundation

/// A point or direction in the detector, in centimetres: x along the drift, y up, z along the beam.
package typealias Vector = SIMD3<Double>

extension SIMD3<Double> {
  var length: Double { (self * self).sum().squareRoot() }

  /// The same direction with length 1; the beam's direction if there is none.
  var normalized: Vector {
    let length = length
    return length > 0 ? self / length : [0, 0, 1]
  }
}

/// One wire plane: how a point becomes a wire coordinate.
package struct WirePlane: Sendable {
  /// Wires per centimetre of y and of z.
  package let wiresPerY: Double
  package let wiresPerZ: Double
  /// Wire coordinate of the point y = z = 0.
  package let origin: Double
  /// Wires that exist; the rest of the image's canvas is empty.
  package let wires: Range<Int>
  package let isCollection: Bool

  package func wire(at point: Vector) -> Double {
    origin + wiresPerY * point.y + wiresPerZ * point.z
  }
}

/// Two drift volumes that share a cathode at x = 0, each read out by wires at its anode.
///
/// The numbers are those of SBND, fitted to true vertices of real events; the images of the two
/// volumes are glued together at the cathode, so that the drift axis is simply x:
///
///     drift = 638.5 + 3.19 x        collection wire = 190.1 + 3.333 z
///     induction wire = 607 + 1.667 z ∓ 2.886 y        (wires at ±60 degrees)
///
/// A smaller image is a smaller detector: y and z shrink with the wires, x with the drift bins.
package struct Detector: Sendable {
  package let wires: Int
  package let driftBins: Int
  /// Half the extent in x (one drift length) and in y; z runs from 0 to `length`.
  package let halfWidth: Double
  package let halfHeight: Double
  package let length: Double
  package let planes: [WirePlane]

  /// Drift bins per centimetre.
  package let driftBinsPerCentimetre = 3.19
  /// Wires per centimetre across them.
  package let wiresPerCentimetre = 3.333
  /// Velocity of drifting electrons at 500 V/cm, in cm/μs.
  package let driftVelocity = 0.16

  package init(wires: Int, driftBins: Int, planes: Int) {
    let scale = Double(wires) / 2048
    self.wires = wires
    self.driftBins = driftBins
    self.halfWidth = 200.2 * Double(driftBins) / 1280
    self.halfHeight = 200 * scale
    self.length = 500 * scale
    func range(_ first: Int, _ last: Int) -> Range<Int> {
      let first = Int((Double(first) * scale).rounded(.up))
      return first..<max(first, min(wires, Int((Double(last + 1) * scale).rounded(.down))))
    }
    let all = [
      WirePlane(
        wiresPerY: -2.886, wiresPerZ: 1.667, origin: 607 * scale, wires: range(31, 2016),
        isCollection: false),
      WirePlane(
        wiresPerY: 2.886, wiresPerZ: 1.667, origin: 607 * scale, wires: range(31, 2016),
        isCollection: false),
      WirePlane(
        wiresPerY: 0, wiresPerZ: 3.333, origin: 190.1 * scale, wires: range(191, 1856),
        isCollection: true),
    ]
    self.planes = Array(all.prefix(planes))
  }

  /// Longest time an electron drifts, in μs.
  package var maximumDriftTime: Double { halfWidth / driftVelocity }

  /// First drift bin of the volume at positive x.
  package var cathodeBin: Int { Int(driftBin(atX: 0).rounded()) }

  package func contains(_ point: Vector) -> Bool {
    abs(point.x) < halfWidth && abs(point.y) < halfHeight && point.z > 0 && point.z < length
  }

  package func driftBin(atX x: Double) -> Double {
    638.5 * Double(driftBins) / 1280 + driftBinsPerCentimetre * x
  }

  /// Time a point's electrons take to the anode, in μs.
  package func driftTime(from point: Vector) -> Double {
    (halfWidth - abs(point.x)) / driftVelocity
  }

  /// Where a deposit appears to lie when it happened `time` μs after the spill, or nil when it is
  /// read out too early or too late.
  ///
  /// Late charge seems to have drifted farther, towards the cathode; in the other volume that is
  /// the opposite direction, which breaks a track that crosses the cathode.
  package func apparentX(of point: Vector, time: Double) -> Double? {
    let distance = halfWidth - abs(point.x) + driftVelocity * time
    guard distance >= 0, distance < halfWidth else { return nil }
    return point.x < 0 ? distance - halfWidth : halfWidth - distance
  }

  /// Where a straight line enters the active volume, or nil if it misses it.
  package func entry(from start: Vector, along direction: Vector) -> Vector? {
    let low = Vector(-halfWidth, -halfHeight, 0)
    let high = Vector(halfWidth, halfHeight, length)
    var near = 0.0
    var far = Double.infinity
    for axis in 0..<3 {
      if abs(direction[axis]) < 1e-12 {
        if start[axis] < low[axis] || start[axis] > high[axis] { return nil }
        continue
      }
      let first = (low[axis] - start[axis]) / direction[axis]
      let second = (high[axis] - start[axis]) / direction[axis]
      near = max(near, min(first, second))
      far = min(far, max(first, second))
    }
    // A hair inside, so that the entry itself belongs to the volume.
    return near + 1e-6 < far ? start + (near + 1e-6) * direction : nil
  }
}
