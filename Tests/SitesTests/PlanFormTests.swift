import Reference
import Sites
import TestSites
import Testing

/// Proves that a plan keeps forms, shapes and given sites apart, and finds its way back from each.
@Suite("Plans of every form")
struct PlanFormTests {
  private let plan: Plan

  init() throws {
    var random = SplitMix(seed: 9)
    let sites = randomSites(40, events: [0, 1], spatialSize: [7, 9], random: &random)
    plan = Plan(try siteSet(sites, batchSize: 2, spatialSize: [7, 9]))
  }

  @Test("one geometry in three forms, and other geometries of one box, are rulebooks of their own")
  func keys() throws {
    let geometries = [
      FilterGeometry(size: [3, 3]), FilterGeometry(size: [3, 3], shape: .cross),
      FilterGeometry(size: [3, 3], dilation: [1, 2]),
      FilterGeometry(size: [3, 3], shape: .cells([[0, 0], [1, 1]])),
      FilterGeometry(size: [3, 3], shape: .cells([[1, 1], [0, 0]])),
    ]
    var rulebooks: [ObjectIdentifier] = []
    for geometry in geometries {
      for rulebook in [
        try plan.submanifold(plan.sites, geometry), try plan.strided(plan.sites, geometry),
        try plan.full(plan.sites, geometry),
      ] {
        #expect(rulebook.geometry == geometry)
        rulebooks.append(ObjectIdentifier(rulebook))
      }
      #expect(try ObjectIdentifier(plan.full(plan.sites, geometry)) == rulebooks.last)
    }
    #expect(plan.entries.map { ObjectIdentifier($0.rulebook) } == rulebooks)
    #expect(Set(rulebooks).count == 15)
    #expect(Set(plan.entries.map(\.rulebook.checksum)).count == 15)
  }

  @Test("rulebooks onto given sites are kept by their targets")
  func targets() throws {
    let geometry = FilterGeometry(size: [3, 3])
    let other = try siteSet([[0, 1, 1], [1, 4, 4]], batchSize: 2, spatialSize: [7, 9])
    let equal = try SiteSet(packing: other.packing, sortedKeys: other.keys)
    let none = try siteSet([], batchSize: 2, spatialSize: [7, 9])
    let first = try plan.onto(other, from: plan.sites, geometry, form: .submanifold)
    #expect(try plan.onto(equal, from: plan.sites, geometry, form: .submanifold) === first)
    #expect(try plan.onto(none, from: plan.sites, geometry, form: .submanifold) !== first)
    #expect(try plan.submanifold(plan.sites, geometry) !== first)
    #expect(plan.entries.count == 3)
  }

  @Test("the way back from sites that were made, grown or given")
  func inverse() throws {
    let geometry = FilterGeometry(size: [3, 3], stride: [2, 2])
    let unit = FilterGeometry(size: [3, 3], shape: .cross)
    let coarse = try siteSet([[0, 1, 1], [1, 2, 0]], batchSize: 2, spatialSize: [3, 4])
    let given = try siteSet([[0, 1, 1], [1, 4, 4]], batchSize: 2, spatialSize: [7, 9])
    let made = try plan.strided(plan.sites, geometry)
    let grown = try plan.full(plan.sites, geometry)
    let onto = try plan.onto(coarse, from: plan.sites, geometry, form: .strided)
    let aside = try plan.onto(given, from: plan.sites, unit, form: .submanifold)
    for (rulebook, filter) in [
      (made, geometry), (grown, geometry), (onto, geometry), (aside, unit),
    ] {
      #expect(try plan.inverse(of: rulebook.outputSites, filter) === rulebook)
    }
    #expect(throws: SiteError.self) { try plan.inverse(of: onto.outputSites, unit) }
    // A submanifold rulebook leads nowhere else, so there is nothing to go back to.
    _ = try plan.submanifold(plan.sites, unit)
    #expect(throws: SiteError.self) { try plan.inverse(of: plan.sites, unit) }
  }

  @Test("a filter that fails leaves nothing behind")
  func failures() throws {
    #expect(throws: SiteError.self) {
      try plan.full(plan.sites, FilterGeometry(size: [2, 2], stride: [.max, 1]))
    }
    #expect(throws: SiteError.self) {
      try plan.onto(
        plan.sites, from: plan.sites, FilterGeometry(size: [2, 2]), form: .strided)
    }
    #expect(plan.entries.isEmpty)
  }
}
