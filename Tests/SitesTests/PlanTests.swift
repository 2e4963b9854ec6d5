import Foundation
import Reference
import Sites
import TestSites
import Testing

/// Proves that a plan builds each rulebook once and finds the way back from coarse to fine sites.
@Suite("Plans")
struct PlanTests {
  private func plan(_ size: [Int] = [3, 8, 8], seed: UInt64 = 1) throws -> Plan {
    var random = SplitMix(seed: seed)
    let sites = randomSites(40, events: [0, 1], spatialSize: size, random: &random)
    return Plan(try siteSet(sites, batchSize: 2, spatialSize: size))
  }

  @Test("the same sites and filter give the same rulebook, in any order of asking")
  func caching() throws {
    let plan = try plan()
    let first = try plan.submanifold(plan.sites, FilterGeometry(size: [1, 3, 3]))
    let down = try plan.strided(plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    let other = try plan.submanifold(plan.sites, FilterGeometry(size: [1, 5, 5]))
    #expect(try plan.submanifold(plan.sites, FilterGeometry(size: [1, 3, 3])) === first)
    #expect(
      try plan.strided(plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2])) === down)
    #expect(first !== other)
    // A filter of the same box and stride one is another operator than a submanifold one.
    let valid = try plan.strided(plan.sites, FilterGeometry(size: [1, 3, 3], stride: [1, 1, 1]))
    #expect(valid !== first)
    #expect(
      plan.entries.map { ObjectIdentifier($0.rulebook) }
        == [first, down, other, valid].map {
          ObjectIdentifier($0)
        })
    #expect(plan.entries.allSatisfy { $0.seconds >= 0 })
  }

  @Test("equal sites from elsewhere find the same rulebook")
  func equalSites() throws {
    let plan = try plan()
    let copy = try SiteSet(packing: plan.sites.packing, sortedKeys: plan.sites.keys)
    let first = try plan.submanifold(plan.sites, FilterGeometry(size: [1, 3, 3]))
    #expect(try plan.submanifold(copy, FilterGeometry(size: [1, 3, 3])) === first)
  }

  @Test("the inverse of a strided rulebook is that rulebook")
  func inverse() throws {
    let plan = try plan()
    let down = try plan.strided(plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    let deeper = try plan.strided(
      down.outputSites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    for rulebook in [deeper, down] {
      #expect(
        try plan.inverse(
          of: rulebook.outputSites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2])) === rulebook
      )
    }
  }

  @Test("an inverse with nothing to invert, or of another filter, is refused")
  func nothingToInvert() throws {
    let plan = try plan()
    #expect(throws: SiteError.self) {
      try plan.inverse(of: plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    }
    let down = try plan.strided(plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    _ = try plan.submanifold(plan.sites, FilterGeometry(size: [1, 2, 2]))
    for (filter, stride) in [
      ([1, 2, 2], [1, 1, 1]), ([2, 2, 2], [1, 2, 2]), ([1, 2], [1, 2]),
    ] {
      #expect(throws: SiteError.self) {
        try plan.inverse(of: down.outputSites, FilterGeometry(size: filter, stride: stride))
      }
    }
    #expect(throws: SiteError.self) {
      try plan.inverse(of: plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    }
  }

  @Test("an inverse that could go back to two site sets is refused")
  func ambiguous() throws {
    // The same coarse site is reached from either fine one.
    let left = try siteSet([[0, 0, 0]], batchSize: 1, spatialSize: [4, 4])
    let right = try siteSet([[0, 0, 1]], batchSize: 1, spatialSize: [4, 4])
    let plan = Plan(left)
    let first = try plan.strided(left, FilterGeometry(size: [2, 2], stride: [2, 2]))
    let second = try plan.strided(right, FilterGeometry(size: [2, 2], stride: [2, 2]))
    #expect(first.outputSites.hasSameSites(as: second.outputSites))
    #expect(throws: SiteError.self) {
      try plan.inverse(of: first.outputSites, FilterGeometry(size: [2, 2], stride: [2, 2]))
    }
  }

  @Test("a size that the stride does not divide is refused, and named")
  func indivisible() throws {
    let plan = try plan([3, 7, 8])
    let error = #expect(throws: SiteError.self) {
      try plan.strided(plan.sites, FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2]))
    }
    #expect(error?.description.contains("[3, 7, 8]") == true)
    #expect(error?.description.contains("axis 1") == true)
    #expect(plan.entries.isEmpty)
  }

  @Test("a plan may be asked from several threads")
  func concurrent() throws {
    let plan = try plan()
    DispatchQueue.concurrentPerform(iterations: 32) { number in
      _ = try? plan.submanifold(plan.sites, FilterGeometry(size: [1, 1 + number % 4, 3]))
    }
    #expect(plan.entries.count == 4)
  }
}
