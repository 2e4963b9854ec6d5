import LArTPCSimulation
import Testing

@Suite("The detector's geometry")
struct DetectorTests {
  let detector = Detector(wires: 2048, driftBins: 1280, planes: 3)

  @Test("Points project to wires and drift as in real events")
  func projection() {
    let point: Vector = [10, -43.8, 472.9]
    #expect(abs(detector.driftBin(atX: point.x) - 670.4) < 0.01)
    #expect(abs(detector.planes[0].wire(at: point) - (607 + 788.32 + 126.41)) < 0.1)
    #expect(abs(detector.planes[1].wire(at: point) - (607 + 788.32 - 126.41)) < 0.1)
    #expect(abs(detector.planes[2].wire(at: point) - (190.1 + 1576.18)) < 0.1)
    #expect(detector.planes.map(\.wires) == [31..<2017, 31..<2017, 191..<1857])
  }

  @Test("A point of the active volume projects into the image", arguments: [2048, 512, 100])
  func corners(wires: Int) {
    let detector = Detector(wires: wires, driftBins: wires * 5 / 8, planes: 3)
    for corner in 0..<8 {
      let signs: Vector = [
        corner & 1 == 0 ? -1 : 1, corner & 2 == 0 ? -1 : 1, corner & 4 == 0 ? 0 : 1,
      ]
      let corner = signs * [detector.halfWidth, detector.halfHeight, detector.length]
      let drift = detector.driftBin(atX: corner.x)
      #expect(drift > -1.5 && drift < Double(detector.driftBins) + 0.5)
      for plane in detector.planes {
        let wire = plane.wire(at: corner)
        #expect(wire > -1.5 && wire < Double(wires) + 0.5)
      }
    }
  }

  @Test("Late charge appears nearer the cathode on both sides, early charge nearer the anode")
  func timing() throws {
    let shift = 100 * detector.driftVelocity
    #expect(detector.apparentX(of: [50, 0, 1], time: 0) == 50)
    #expect(try abs(#require(detector.apparentX(of: [50, 0, 1], time: 100)) - 50 + shift) < 1e-9)
    #expect(try abs(#require(detector.apparentX(of: [-50, 0, 1], time: 100)) + 50 - shift) < 1e-9)
    #expect(try abs(#require(detector.apparentX(of: [50, 0, 1], time: -100)) - 50 - shift) < 1e-9)
    #expect(detector.apparentX(of: [50, 0, 1], time: 1000) == nil)
    #expect(detector.apparentX(of: [199, 0, 1], time: -100) == nil)
  }

  @Test("A line enters the active volume through its surface, or misses it")
  func entry() throws {
    let top = try #require(detector.entry(from: [0, 300, 10], along: [0, -1, 0]))
    #expect(abs(top.y - detector.halfHeight) < 1e-5)
    #expect(detector.contains(top))
    #expect(detector.entry(from: [0, 300, -10], along: [0, -1, 0]) == nil)
    #expect(detector.entry(from: [0, 300, 10], along: [0, 1, 0]) == nil)
  }
}
