import Reference
import Sites
import TestSites
import Testing

/// Proves that a map of points knows every point's site, in both directions.
@Suite("Point maps")
struct PointMapTests {
  @Test(
    "points in any order, several at one place",
    arguments: [[9], [6, 7], [3, 6, 7], [2, 3, 4, 5]], [0, 1, 5, 400])
  func flat(spatialSize: [Int], count: Int) throws {
    var random = SplitMix(seed: UInt64(count))
    for events in [[0, 2], [1, 2, 3], [0, 1, 2, 3]] {
      let sites = randomSites(
        count / 2 + count % 2, events: events, spatialSize: spatialSize, random: &random)
      let points = (0..<count).compactMap { _ in sites.randomElement(using: &random) }
      let packing = try SitePacking(batchSize: 4, spatialSize: spatialSize)
      let map = try PointMap(
        packing: packing, coordinates: points.flatMap { $0.dropFirst().map { Int32($0) } },
        events: points.map { Int32($0[0]) })
      expect(map, of: points)
      let keyed = try PointMap(
        packing: packing, keys: points.map { try packing.key(event: $0[0], Array($0.dropFirst())) })
      #expect(keyed.rowOfPoint == map.rowOfPoint)
      #expect(keyed.groups == map.groups)
      #expect(keyed.sites.hasSameSites(as: map.sites))
    }
  }

  @Test("the padded form, with empty rows anywhere", arguments: [0, 1, 7], [0, 1, 3])
  func padded(length: Int, batchSize: Int) throws {
    var random = SplitMix(seed: UInt64(length))
    let spatialSize = [3, 2]
    var points: [[Int]?] = []
    for event in 0..<batchSize {
      for _ in 0..<length {
        let isEmpty = event == 1 || Bool.random(using: &random)
        points.append(
          isEmpty ? nil : [event] + spatialSize.map { Int.random(in: 0..<$0, using: &random) })
      }
    }
    let map = try PointMap(
      packing: SitePacking(batchSize: batchSize, spatialSize: spatialSize),
      paddedCoordinates: points.flatMap { $0.map { [Int32($0[1]), Int32($0[2])] } ?? [0, -1] },
      length: length)
    expect(map, of: points)
  }

  private func expect(_ map: PointMap, of points: [[Int]?]) {
    let sites = pointSites(points)
    let rows = rowNumbers(of: sites)
    #expect(coordinates(map.sites) == sites)
    #expect(map.pointCount == points.count)
    #expect(map.rowOfPoint.map(Int.init) == points.map { $0.flatMap { rows[$0] } ?? -1 })
    let own = sites.map { site in points.indices.filter { points[$0] == site } }
    #expect(map.groups.members.map(Int.init) == own.flatMap { $0 })
    #expect(map.groups.starts.count == sites.count + 1)
    for (row, points) in own.enumerated() {
      #expect(Int(map.groups.starts[row + 1] - map.groups.starts[row]) == points.count)
    }
    #expect(map.firstPointOfSite.map(Int.init) == own.compactMap(\.first))
    #expect(map.lastPointOfSite.map(Int.init) == own.compactMap(\.last))
    #expect(map.hasDuplicates == own.contains { $0.count > 1 })
    let second = own.compactMap { $0.count > 1 ? ($0[1], $0[0]) : nil }.min { $0.0 < $1.0 }
    #expect(map.firstDuplicate?.point == second?.0)
    #expect(map.firstDuplicate?.earlier == second?.1)
  }

  @Test("points outside batch or image are named")
  func outside() throws {
    let packing = try SitePacking(batchSize: 2, spatialSize: [4, 6])
    let batch = #expect(throws: SiteError.self) {
      try PointMap(packing: packing, coordinates: [0, 0, 1, 1], events: [1, 2])
    }
    #expect(batch == .pointEvent(2, point: 1, batchSize: 2))
    #expect(
      batch?.description == "point 1 is of event 2, which is outside the batch of 2")
    for (place, axis, wrong) in [([4, 0], 0, 4), ([0, -1], 1, -1), ([0, 6], 1, 6)] {
      let error = #expect(throws: SiteError.self) {
        try PointMap(
          packing: packing, coordinates: [1, 1] + place.map { Int32($0) }, events: [0, 1])
      }
      #expect(error == .pointOutside(wrong, axis: axis, point: 1, spatialSize: [4, 6]))
      #expect(error?.description.contains("point 1 has coordinate \(wrong)") == true)
    }
    #expect(throws: SiteError.pointOutside(4, axis: 0, point: 2, spatialSize: [4, 6])) {
      try PointMap(
        packing: packing, paddedCoordinates: [0, 0, -1, 0, 4, 0, 0, 0], length: 2)
    }
    for key in [UInt64.max, UInt64.max >> 1] {
      #expect(throws: SiteError.pointKey(point: 1, spatialSize: [4, 6])) {
        try PointMap(packing: packing, keys: [0, key])
      }
    }
  }

  @Test("lists that do not belong together are refused")
  func lists() throws {
    let packing = try SitePacking(batchSize: 2, spatialSize: [4, 6])
    let error = #expect(throws: SiteError.self) {
      try PointMap(packing: packing, coordinates: [0, 0, 1], events: [0, 1])
    }
    #expect(error == .pointCoordinates(3, points: 2, dimension: 2))
    #expect(error?.description.contains("3 coordinates do not make 2 points") == true)
    for length in [1, -1, 0, .max, .min] {
      #expect(throws: SiteError.self) {
        try PointMap(packing: packing, paddedCoordinates: [0, 0, 1, 1, 1, 1], length: length)
      }
    }
  }
}
