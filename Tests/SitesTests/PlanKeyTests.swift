import Reference
import Sites
import TestSites
import Testing

/// Proves that a plan never takes one site set for another, and keeps to what it once answered.
@Suite("What a plan goes by")
struct PlanKeyTests {
  @Test("sizes and keys that follow each other alike are different sites")
  func digest() throws {
    // Batch 1, size 9, key 7 against batch 1, sizes 9 and 7, no key.
    let line = try SiteSet(
      packing: SitePacking(batchSize: 1, spatialSize: [9]), sortedKeys: [7])
    let plane = try SiteSet(
      packing: SitePacking(batchSize: 1, spatialSize: [9, 7]), sortedKeys: [])
    #expect(line.digest != plane.digest)
    #expect(!line.hasSameSites(as: plane))
    let plan = Plan(line)
    let filter = FilterGeometry(size: [3])
    _ = try plan.onto(line, from: line, filter, form: .submanifold)
    #expect(
      throws: SiteError.targetSize(
        filter: filter, batchSize: 1, spatialSize: [9], foundBatchSize: 1, found: [9, 7])
    ) {
      try plan.onto(plane, from: line, filter, form: .submanifold)
    }
  }

  @Test("the first way back stays the answer when another rulebook joins the plan")
  func firstAnswer() throws {
    let left = try siteSet([[0, 0, 0]], batchSize: 1, spatialSize: [4, 4])
    let right = try siteSet([[0, 0, 1]], batchSize: 1, spatialSize: [4, 4])
    let halving = FilterGeometry(size: [2, 2], stride: [2, 2])
    let plan = Plan(left)
    let first = try plan.strided(left, halving)
    #expect(try plan.inverse(of: first.outputSites, halving) === first)
    let second = try plan.strided(right, halving)
    #expect(try plan.inverse(of: second.outputSites, halving) === first)
  }
}
