/// What one pixel holds before it is read out.
///
/// The lanes, in order: charge in counts; true cosmic and true neutrino energy in MeV; noise in
/// counts. One vector, so that a deposit is one addition.
typealias PixelContent = SIMD4<Float>

/// Pixels of one plane, stored only where something was added.
///
/// Each wire is cut into tiles of sixteen drift bins, made on demand; a directory finds them. Walking
/// the directory meets the pixels in ascending id, so nothing is ever sorted. An event occupies
/// about 3 MB per plane, which are used again for the next one. A map belongs to one thread at a time.
final class ChargeMap {
  static let tileLength = 16

  let wires: Int
  let driftBins: Int
  private let tilesPerWire: Int
  /// First pixel of each tile, 0 for tiles that do not exist.
  private let directory: UnsafeMutablePointer<Int32>
  private var pixels: UnsafeMutablePointer<PixelContent>
  private var pixelCount = ChargeMap.tileLength
  private var capacity = 1 << 14

  init(wires: Int, driftBins: Int) {
    self.wires = wires
    self.driftBins = driftBins
    tilesPerWire = (driftBins + Self.tileLength - 1) / Self.tileLength
    directory = .allocate(capacity: wires * tilesPerWire)
    directory.initialize(repeating: 0, count: wires * tilesPerWire)
    // The first tile is never used: its number means "none".
    pixels = .allocate(capacity: capacity)
  }

  deinit {
    directory.deallocate()
    pixels.deallocate()
  }

  /// Forgets everything that was added.
  func clear() {
    directory.update(repeating: 0, count: wires * tilesPerWire)
    pixelCount = Self.tileLength
  }

  /// Adds to a pixel; outside the image nothing happens.
  func add(_ content: PixelContent, wire: Int, drift: Int) {
    withUnsafePointer(to: content) { add($0, count: 1, times: 1, wire: wire, drift: drift) }
  }

  /// Adds a multiple of some contents to neighbouring bins of a wire, from a drift bin on; outside the
  /// image nothing happens.
  func add(
    _ contents: UnsafePointer<PixelContent>, count: Int, times factor: Float, wire: Int, drift: Int
  ) {
    guard wire >= 0, wire < wires else { return }
    var bin = max(drift, 0)
    let end = min(drift + count, driftBins)
    while bin < end {
      let tile = bin / Self.tileLength
      let next = min(end, (tile + 1) * Self.tileLength)
      // Before `pixels` is looked at: a new tile may move them.
      let first = self.first(ofTile: wire * tilesPerWire + tile)
      let target = pixels + (first - tile * Self.tileLength)
      for bin in bin..<next {
        target[bin] += factor * contents[bin - drift]
      }
      bin = next
    }
  }

  /// The first pixel of a tile, which is made when it is not there.
  @inline(__always)
  private func first(ofTile tile: Int) -> Int {
    let known = Int(directory[tile])
    return known != 0 ? known : makeTile(tile)
  }

  private func makeTile(_ tile: Int) -> Int {
    if pixelCount + Self.tileLength > capacity {
      let larger = UnsafeMutablePointer<PixelContent>.allocate(capacity: 2 * capacity)
      larger.moveInitialize(from: pixels, count: pixelCount)
      pixels.deallocate()
      pixels = larger
      capacity *= 2
    }
    let first = pixelCount
    (pixels + first).initialize(repeating: .zero, count: Self.tileLength)
    pixelCount += Self.tileLength
    directory[tile] = Int32(first)
    return first
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
