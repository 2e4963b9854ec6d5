import Reference
import Testing

@testable import Sites

/// Proves what happens at the last value there is room for, and one beyond it.
@Suite("Limits of sites")
struct LimitTests {
  static let sizes = [[1], [4096], [3, 1280, 2048], [16, 17, 48], [2, 3, 4, 5]]

  @Test("the edge of every field has a key, and one beyond it is refused by axis", arguments: sizes)
  func fieldEdges(spatialSize: [Int]) throws {
    let packing = try SitePacking(batchSize: 3, spatialSize: spatialSize)
    let last = spatialSize.map { $0 - 1 }
    let key = try packing.key(batch: 2, last)
    #expect(packing.coordinates(of: key) == last)
    #expect(packing.batch(of: key) == 2)
    for axis in spatialSize.indices {
      for wrong in [-1, spatialSize[axis]] {
        var place = last
        place[axis] = wrong
        #expect(
          throws: SiteError.coordinateOutside(wrong, axis: axis, spatialSize: spatialSize)
        ) { try packing.key(batch: 2, place) }
      }
    }
    for wrong in [-1, 3] {
      let error = #expect(throws: SiteError.eventOutside(wrong, batchSize: 3)) {
        try packing.key(batch: wrong, last)
      }
      #expect(error?.description.contains("event \(wrong)") == true)
    }
  }

  @Test("a key in the guard band of any axis is no site", arguments: sizes)
  func guardBand(spatialSize: [Int]) throws {
    let packing = try SitePacking(batchSize: 3, spatialSize: spatialSize)
    let key = try packing.key(batch: 1, spatialSize.map { $0 - 1 })
    for axis in spatialSize.indices {
      for step in [1, SitePacking.guardBand] {
        var offset = spatialSize.map { _ in 0 }
        offset[axis] = step
        #expect(throws: SiteError.keyOutside(row: 0, spatialSize: spatialSize)) {
          try SiteSet(packing: packing, sortedKeys: [key &+ packing.delta(offset)])
        }
      }
    }
  }

  /// Widths of the axes' fields in bits, and what is left for the batch.
  static let fields: [[Int]] = [
    [40], [20, 20], [21, 21, 21], [15, 15, 15, 15], [31, 32], [5, 5],
  ]

  @Test("fields and batch may fill 63 bits and not one more", arguments: fields)
  func sumOfFields(widths: [Int]) throws {
    let largest = widths.map { (1 << $0) - SitePacking.guardBand }
    let batchBits = 63 - widths.reduce(0, +)
    let batchSize = 1 << min(batchBits, 40)
    let packing = try SitePacking(batchSize: batchSize, spatialSize: largest)
    let key = try packing.key(batch: batchSize - 1, largest.map { $0 - 1 })
    #expect(key < 1 << 63)
    #expect(packing.coordinates(of: key) == largest.map { $0 - 1 })
    #expect(packing.batch(of: key) == batchSize - 1)
    guard batchBits <= 39 else { return }
    #expect(throws: SiteError.keyTooLong(batchSize: batchSize + 1, spatialSize: largest)) {
      try SitePacking(batchSize: batchSize + 1, spatialSize: largest)
    }
    for axis in widths.indices {
      var wider = largest
      wider[axis] += 1
      #expect(throws: SiteError.keyTooLong(batchSize: batchSize, spatialSize: wider)) {
        try SitePacking(batchSize: batchSize, spatialSize: wider)
      }
    }
  }

  @Test("a single axis has two to the fortieth positions, and not one more")
  func axis() throws {
    let packing = try SitePacking(batchSize: 1, spatialSize: [1 << 40])
    #expect(packing.coordinates(of: try packing.key(batch: 0, [(1 << 40) - 1])) == [(1 << 40) - 1])
    #expect(throws: SiteError.keyTooLong(batchSize: 1, spatialSize: [(1 << 40) + 1])) {
      try SitePacking(batchSize: 1, spatialSize: [(1 << 40) + 1])
    }
  }

  @Test("rows are counted in 32 bits, and one too many is refused")
  func rowCount() throws {
    try SiteSet.checkRowCount(Int(Int32.max) - 1)
    for count in [Int(Int32.max), Int(Int32.max) + 1, Int.max] {
      #expect(throws: SiteError.tooManySites(count)) { try SiteSet.checkRowCount(count) }
    }
  }

  @Test("an image without positions is refused", arguments: [[0], [3, 0], [0, 0, 0], [4, -1]])
  func noPositions(spatialSize: [Int]) {
    let error = #expect(throws: SiteError.size(batchSize: 1, spatialSize: spatialSize)) {
      try SitePacking(batchSize: 1, spatialSize: spatialSize)
    }
    #expect(error?.description.contains("\(spatialSize)") == true)
  }

  @Test("a batch of no events has rulebooks like any other", arguments: SiteIndexKind.allCases)
  func noEvents(kind: SiteIndexKind) throws {
    let set = try siteSet([], batchSize: 0, spatialSize: [3, 8, 8])
    func build<Index: SiteIndex>(_ index: Index.Type) throws -> [Rulebook] {
      [
        try Rulebook.submanifold(set, filterSize: [1, 3, 3], index: index),
        try Rulebook.submanifold(set, filterSize: [2, 2, 2], index: index),
        try Rulebook.strided(set, filterSize: [1, 2, 2], stride: [1, 2, 2], index: index),
      ]
    }
    for rulebook in try build(kind.type) {
      #expect(rulebook.pairCount == 0)
      #expect(rulebook.outputSites.count == 0)
      #expect(rulebook.outputSites.batchSize == 0)
    }
    #expect(throws: SiteError.eventOutside(0, batchSize: 0)) {
      try set.packing.key(batch: 0, [0, 0, 0])
    }
  }

  @Test("filters are as long as the guard band and not one longer", arguments: 1...4)
  func filterLength(dimension: Int) throws {
    let size = [Int](repeating: 20, count: dimension)
    let corner = [Int](repeating: 0, count: dimension)
    let set = try siteSet([[0] + corner], batchSize: 1, spatialSize: size)
    for axis in 0..<dimension {
      var filter = [Int](repeating: 1, count: dimension)
      filter[axis] = SitePacking.guardBand
      #expect(try Rulebook.submanifold(set, filterSize: filter).pairCount == 1)
      _ = try Rulebook.strided(
        set, filterSize: filter, stride: [Int](repeating: 1, count: dimension))
      filter[axis] += 1
      #expect(throws: SiteError.filterTooLong(size: filter)) {
        try Rulebook.submanifold(set, filterSize: filter)
      }
      #expect(throws: SiteError.filterTooLong(size: filter)) {
        try Rulebook.strided(
          set, filterSize: filter, stride: [Int](repeating: 1, count: dimension))
      }
    }
  }

  /// Images as small as they come, filled, under filters that reach over their borders.
  static let borders: [([Int], [Int])] = [
    ([1], [16]), ([7], [16]), ([16], [15]), ([17], [16]),
    ([1, 1], [15, 15]), ([4, 5], [3, 3]), ([4, 5], [16, 16]), ([16, 16], [2, 15]),
    ([3, 4, 5], [3, 3, 3]), ([1, 16, 2], [3, 2, 16]), ([2, 2, 2, 3], [5, 4, 3, 5]),
  ]

  @Test(
    "no filter looks across the border into the next row or event", arguments: borders,
    SiteIndexKind.allCases)
  func acrossBorders(_ problem: (size: [Int], filter: [Int]), kind: SiteIndexKind) throws {
    let sites = (0..<3).flatMap { event in filterOffsets(problem.size).map { [event] + $0 } }
    let set = try siteSet(sites, batchSize: 3, spatialSize: problem.size)
    func build<Index: SiteIndex>(_ index: Index.Type) throws -> Rulebook {
      try Rulebook.submanifold(set, filterSize: problem.filter, index: index)
    }
    #expect(
      pairs(try build(kind.type))
        == submanifoldRulebook(sites: sites, filterSize: problem.filter))
  }
}
