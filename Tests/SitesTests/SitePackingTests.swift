import Reference
import Sites
import Testing

/// Proves that keys and coordinates are one and the same, up to the last bit there is room for.
@Suite("Site packing")
struct SitePackingTests {
  static let sizes: [[Int]] = [
    [1], [5], [1 << 40], [1, 1], [3, 1000], [65_536, 17], [3, 1280, 2048], [16, 16, 16],
    [2, 3, 4, 5], [1, 1, 1, 1], [1000, 1000, 1000, 1000],
  ]

  @Test("every corner and random places come back from their key", arguments: sizes)
  func roundTrip(spatialSize: [Int]) throws {
    let batchSize = 5
    let packing = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
    #expect(packing.dimension == spatialSize.count)
    var random = SplitMix(seed: 1)
    var places = filterOffsets(spatialSize.map { _ in 2 }).map { corner in
      zip(corner, spatialSize).map { $0 == 0 ? 0 : $1 - 1 }
    }
    for _ in 0..<50 {
      places.append(spatialSize.map { Int.random(in: 0..<$0, using: &random) })
    }
    for place in places {
      for batch in [0, batchSize - 1] {
        let key = try packing.key(event: batch, place)
        #expect(packing.coordinates(of: key) == place)
        #expect(packing.event(of: key) == batch)
      }
    }
  }

  @Test(
    "keys ascend as batch and coordinates do", arguments: [[7], [3, 4], [2, 3, 4], [2, 2, 3, 2]])
  func order(spatialSize: [Int]) throws {
    let packing = try SitePacking(batchSize: 3, spatialSize: spatialSize)
    let keys = try (0..<3).flatMap { batch in
      try filterOffsets(spatialSize).map { try packing.key(event: batch, $0) }
    }
    #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("what is outside a field is refused, on every axis and side", arguments: sizes)
  func outside(spatialSize: [Int]) throws {
    let packing = try SitePacking(batchSize: 2, spatialSize: spatialSize)
    let origin = spatialSize.map { _ in 0 }
    for axis in spatialSize.indices {
      for wrong in [-1, spatialSize[axis], Int.max, Int.min] {
        var place = origin
        place[axis] = wrong
        #expect(throws: SiteError.self) { try packing.key(event: 0, place) }
      }
    }
    for batch in [-1, 2, Int.max] {
      #expect(throws: SiteError.self) { try packing.key(event: batch, origin) }
    }
    #expect(throws: SiteError.self) { try packing.key(event: 0, origin + [0]) }
    #expect(throws: SiteError.self) { try packing.key(event: 0, []) }
  }

  @Test(
    "sizes that make no key are refused",
    arguments: [
      [], [0], [3, -1], [1, 1, 1, 1, 1], [Int.max], [Int.max, Int.max], [1 << 41],
      [1 << 40, 1 << 40], [1 << 16, 1 << 16, 1 << 16, 1 << 16],
    ])
  func impossible(spatialSize: [Int]) {
    #expect(throws: SiteError.self) { try SitePacking(batchSize: 1, spatialSize: spatialSize) }
  }

  @Test("keys have 63 bits and not one more")
  func width() throws {
    // Three fields of 20 bits with their guard bands leave three bits for the batch.
    let size = (1 << 20) - SitePacking.guardBand
    _ = try SitePacking(batchSize: 8, spatialSize: [size, size, size])
    #expect(throws: SiteError.self) {
      try SitePacking(batchSize: 9, spatialSize: [size, size, size])
    }
    #expect(throws: SiteError.self) {
      try SitePacking(batchSize: 8, spatialSize: [size, size + 1, size])
    }
    #expect(throws: SiteError.self) { try SitePacking(batchSize: -1, spatialSize: [3]) }
    #expect(throws: SiteError.self) { try SitePacking(batchSize: Int.max, spatialSize: [3]) }
  }
}
