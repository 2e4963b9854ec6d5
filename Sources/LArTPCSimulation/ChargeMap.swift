/// What one pixel holds before it is read out.
///
/// The lanes, in order: charge in counts; true cosmic and true neutrino energy in MeV; noise in
/// counts. One vector, so that a deposit is one addition.
typealias PixelContent = SIMD4<Float>

/// Pixels of one plane, stored only where something was added.
///
/// Each wire is cut into tiles of sixteen drift bins, made on demand; a directory finds them. Walking
/// the directory meets the pixels in ascending id, so nothing is ever sorted. An event occupies
/// about 3 MB per plane.
struct ChargeMap {
  static let tileLength = 16

  let wires: Int
  let driftBins: Int
  private let tilesPerWire: Int
  /// First pixel of each tile, 0 for tiles that do not exist.
  private var directory: [Int32]
  private var pixels: [PixelContent]

  init(wires: Int, driftBins: Int) {
    self.wires = wires
    self.driftBins = driftBins
    self.tilesPerWire = (driftBins + Self.tileLength - 1) / Self.tileLength
    self.directory = Array(repeating: 0, count: wires * tilesPerWire)
    // The first tile is never used: its number means "none".
    self.pixels = Array(repeating: .zero, count: Self.tileLength)
  }

  /// Adds to a pixel; outside the image nothing happens.
  mutating func add(_ content: PixelContent, wire: Int, drift: Int) {
    guard wire >= 0, wire < wires, drift >= 0, drift < driftBins else { return }
    let tile = wire * tilesPerWire + drift / Self.tileLength
    var first = Int(directory[tile])
    if first == 0 {
      first = pixels.count
      directory[tile] = Int32(first)
      pixels.append(contentsOf: repeatElement(.zero, count: Self.tileLength))
    }
    pixels[first + drift % Self.tileLength] += content
  }

  /// Calls `body` with the id (wire · driftBins + drift) and content of each pixel that something
  /// was added to, in ascending id.
  func forEachPixel(_ body: (UInt64, PixelContent) -> Void) {
    for wire in 0..<wires {
      for tile in 0..<tilesPerWire {
        let first = Int(directory[wire * tilesPerWire + tile])
        if first == 0 { continue }
        for offset in 0..<Self.tileLength where pixels[first + offset] != .zero {
          let drift = tile * Self.tileLength + offset
          body(UInt64(wire * driftBins + drift), pixels[first + offset])
        }
      }
    }
  }
}
