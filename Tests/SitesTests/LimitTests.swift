import Reference
import Sites
import TestSites
import Testing

/// Proves what happens at the last value there is room for, and one beyond it.
@Suite("Limits of sites")
struct LimitTests {
  static let sizes = [[1], [4096], [3, 1280, 2048], [16, 17, 48], [2, 3, 4, 5]]

  @Test("the edge of every field has a key, and one beyond it is refused by axis", arguments: sizes)
  func fieldEdges(spatialSize: [Int]) throws {
    let packing = try SitePacking(batchSize: 3, spatialSize: spatialSize)
    let last = spatialSize.map { $0 - 1 }
    let key = try packing.key(event: 2, last)
    #expect(packing.coordinates(of: key) == last)
    #expect(packing.event(of: key) == 2)
    for axis in spatialSize.indices {
      for wrong in [-1, spatialSize[axis]] {
        var place = last
        place[axis] = wrong
        #expect(
          throws: SiteError.coordinateOutside(wrong, axis: axis, spatialSize: spatialSize)
        ) { try packing.key(event: 2, place) }
      }
    }
    for wrong in [-1, 3] {
      let error = #expect(throws: SiteError.eventOutside(wrong, batchSize: 3)) {
        try packing.key(event: wrong, last)
      }
      #expect(error?.description.contains("event \(wrong)") == true)
    }
  }

  @Test("a key in the guard band of any axis is no site", arguments: sizes)
  func guardBand(spatialSize: [Int]) throws {
    let packing = try SitePacking(batchSize: 3, spatialSize: spatialSize)
    let key = try packing.key(event: 1, spatialSize.map { $0 - 1 })
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
    [40], [20, 20], [21, 21, 21], [15, 15, 15, 15], [31, 32], [7, 7],
  ]

  @Test("fields and batch may fill 63 bits and not one more", arguments: fields)
  func sumOfFields(widths: [Int]) throws {
    let largest = widths.map { (1 << $0) - SitePacking.guardBand }
    let batchBits = 63 - widths.reduce(0, +)
    let batchSize = 1 << min(batchBits, 30)
    let packing = try SitePacking(batchSize: batchSize, spatialSize: largest)
    let key = try packing.key(event: batchSize - 1, largest.map { $0 - 1 })
    #expect(key < 1 << 63)
    #expect(packing.coordinates(of: key) == largest.map { $0 - 1 })
    #expect(packing.event(of: key) == batchSize - 1)
    guard batchBits <= 30 else { return }
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
    #expect(packing.coordinates(of: try packing.key(event: 0, [(1 << 40) - 1])) == [(1 << 40) - 1])
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

  @Test("events are counted like rows, and one too many is refused", arguments: [[1], [3, 8, 8]])
  func eventCount(spatialSize: [Int]) throws {
    _ = try SitePacking(batchSize: Int(Int32.max) - 1, spatialSize: spatialSize)
    for count in [Int(Int32.max), 1 << 40, Int.max] {
      let error = #expect(throws: SiteError.tooManyEvents(count)) {
        try SitePacking(batchSize: count, spatialSize: spatialSize)
      }
      #expect(error?.description.contains("\(count) events") == true)
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
    let rulebooks = [
      try Rulebook.submanifold(set, FilterGeometry(size: [1, 3, 3]), index: kind.type),
      try Rulebook.submanifold(set, FilterGeometry(size: [2, 2, 2]), index: kind.type),
      try Rulebook.strided(
        set, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]), index: kind.type),
      try Rulebook.full(
        set, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]), index: kind.type),
    ]
    for rulebook in rulebooks {
      #expect(rulebook.pairCount == 0)
      #expect(rulebook.outputSites.count == 0)
      #expect(rulebook.outputSites.batchSize == 0)
    }
    #expect(throws: SiteError.eventOutside(0, batchSize: 0)) {
      try set.packing.key(event: 0, [0, 0, 0])
    }
  }

  @Test("filters are as long as the guard band and not one longer", arguments: 1...4)
  func filterLength(dimension: Int) throws {
    let longest = SitePacking.guardBand
    let size = [Int](repeating: longest + 1, count: dimension)
    let corner = [Int](repeating: 0, count: dimension)
    let set = try siteSet([[0] + corner], batchSize: 1, spatialSize: size)
    func filters(_ size: Int, dilation: Int, axis: Int) -> FilterGeometry {
      var (sizes, dilations) = (corner.map { _ in 1 }, corner.map { _ in 1 })
      (sizes[axis], dilations[axis]) = (size, dilation)
      return FilterGeometry(size: sizes, dilation: dilations)
    }
    for axis in 0..<dimension {
      for filter in [
        filters(longest, dilation: 1, axis: axis), filters(2, dilation: longest - 1, axis: axis),
      ] {
        #expect(try Rulebook.submanifold(set, filter).pairCount == 1)
        #expect(try Rulebook.strided(set, filter).pairCount == 1)
      }
      for filter in [
        filters(longest + 1, dilation: 1, axis: axis), filters(2, dilation: longest, axis: axis),
      ] {
        #expect(throws: SiteError.filterTooLong(filter)) { try Rulebook.submanifold(set, filter) }
        #expect(throws: SiteError.filterTooLong(filter)) { try Rulebook.strided(set, filter) }
      }
    }
  }

  /// Images as small as they come, filled, under filters that reach over their borders.
  static let borders: [([Int], [Int])] = [
    ([1], [64]), ([7], [64]), ([64], [63]), ([65], [64]), ([64], [64]),
    ([1, 1], [15, 15]), ([4, 5], [3, 3]), ([4, 5], [16, 16]), ([16, 16], [2, 15]),
    ([3, 4, 5], [3, 3, 3]), ([1, 16, 2], [3, 2, 16]), ([2, 2, 2, 3], [5, 4, 3, 5]),
  ]

  @Test(
    "no filter looks across the border into the next row or event", arguments: borders,
    SiteIndexKind.allCases)
  func acrossBorders(_ problem: (size: [Int], filter: [Int]), kind: SiteIndexKind) throws {
    let sites = (0..<3).flatMap { event in filterOffsets(problem.size).map { [event] + $0 } }
    let set = try siteSet(sites, batchSize: 3, spatialSize: problem.size)
    let rulebook = try Rulebook.submanifold(
      set, FilterGeometry(size: problem.filter), index: kind.type)
    #expect(pairs(rulebook) == submanifoldRulebook(sites: sites, filterSize: problem.filter))
  }

  @Test(
    "no dilated filter, however wide, looks across the border", arguments: 1...4,
    SiteIndexKind.allCases)
  func dilatedAcrossBorders(dimension: Int, kind: SiteIndexKind) throws {
    let size = Array([64, 2, 1, 3].suffix(dimension))
    let sites = (0..<3).flatMap { event in filterOffsets(size).map { [event] + $0 } }
    let set = try siteSet(sites, batchSize: 3, spatialSize: size)
    for (extent, dilation) in [(2, 63), (3, 31), (2, 32), (4, 21)] {
      let geometry = FilterGeometry(
        size: size.map { _ in extent }, dilation: size.map { _ in dilation })
      let expected = geometry.centredOffsets.map { offset in
        sites.indices.compactMap { output in
          let place = sites[output]
          let read = [place[0]] + offset.indices.map { place[$0 + 1] + offset[$0] }
          return sites.firstIndex(of: read).map { RulePair(input: $0, output: output) }
        }
      }
      #expect(pairs(try Rulebook.submanifold(set, geometry, index: kind.type)) == expected)
    }
  }
}
