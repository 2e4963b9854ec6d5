import Reference
import Sites
import TestSites
import Testing

/// Proves the search for sites near points with real coordinates against looking at all sites.
@Suite("Nearest sites")
struct NearestSiteTests {
  @Test(
    "within every radius, in and around the image",
    arguments: [[30], [8, 9], [3, 6, 7], [2, 3, 4, 5]], [0, 1, 4, 90])
  func nearest(size: [Int], count: Int) throws {
    var random = SplitMix(seed: UInt64(count + size.count))
    for events in [[0, 2], [1, 2, 3]] {
      let sites = randomSites(count, events: events, spatialSize: size, random: &random)
      let set = try siteSet(sites, batchSize: 4, spatialSize: size)
      var points: [[Float]] = []
      var pointEvents: [Int32] = []
      for index in 0..<80 {
        pointEvents.append(Int32(index % 4))
        points.append(
          size.map { extent in
            let coordinate = Float.random(in: -3...Float(extent + 3), using: &random)
            // Ties: points on borders and centres are equally far from several sites.
            return index % 3 == 0 ? (coordinate * 2).rounded() / 2 : coordinate
          })
      }
      for radius in [0, 1, 2, 5, 1000, .max] {
        let rows = try set.nearestRows(
          coordinates: points.flatMap { $0 }, events: pointEvents, radius: radius)
        let expected = zip(points, pointEvents).map { point, event in
          nearestSite(
            to: point.map(Double.init), event: Int(event), sites: sites, radius: radius) ?? -1
        }
        #expect(rows.map(Int.init) == expected, "radius \(radius)")
        if radius == 0 {
          #expect(
            try set.rows(coordinates: points.flatMap { $0 }, events: pointEvents) == rows)
        }
      }
    }
  }

  @Test("a point lies in the site its coordinates round down to")
  func devoxelisation() throws {
    let set = try siteSet([[0, 1, 2], [0, 1, 3], [1, 0, 0]], batchSize: 2, spatialSize: [4, 6])
    let points: [Float] = [1, 2, 1.99, 2.99, 1.5, 3, 0.5, 0.5, -0.1, 0, 0, 0]
    #expect(
      try set.rows(coordinates: points, events: [0, 0, 0, 0, 1, 1]) == [0, 0, 1, -1, -1, 2])
    // Half way between two centres the lower row counts.
    #expect(try set.nearestRows(coordinates: [1.5, 3], events: [0], radius: 1) == [0])
  }

  @Test("coordinates that are not numbers, or far away, find nothing")
  func strange() throws {
    let set = try siteSet([[0, 1], [0, 9]], batchSize: 1, spatialSize: [10])
    let points: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30, .greatestFiniteMagnitude]
    #expect(
      try set.nearestRows(
        coordinates: points, events: points.map { _ in 0 }, radius: 3) == points.map { _ in -1 })
  }

  @Test("events outside the batch, wrong counts and negative radii are refused")
  func refusals() throws {
    let set = try siteSet([[0, 1]], batchSize: 1, spatialSize: [10])
    #expect(throws: SiteError.pointEvent(1, point: 1, batchSize: 1)) {
      try set.nearestRows(coordinates: [0, 0], events: [0, 1], radius: 1)
    }
    #expect(throws: SiteError.pointEvent(-1, point: 0, batchSize: 1)) {
      try set.rows(coordinates: [0], events: [-1])
    }
    #expect(throws: SiteError.pointCoordinates(3, points: 2, dimension: 1)) {
      try set.rows(coordinates: [0, 1, 2], events: [0, 0])
    }
    let radius = #expect(throws: SiteError.radius(-1)) {
      try set.nearestRows(coordinates: [0], events: [0], radius: -1)
    }
    #expect(radius?.description.contains("a radius of -1") == true)
  }
}
