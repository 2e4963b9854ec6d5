import Sites
import Testing
import Training

@Suite("Labelled sites")
struct LabelledSitesTests {
  private func plan(_ count: Int, planes: Int = 3) throws -> Plan {
    let packing = try SitePacking(batchSize: 1, spatialSize: [planes, 4, 4])
    let keys = try (0..<count).map { try packing.key(event: 0, [0, 0, $0]) }
    return Plan(try SiteSet(packing: packing, sortedKeys: keys))
  }

  @Test("refuse features that do not belong to the sites", arguments: [0, 3, 5])
  func features(count: Int) throws {
    let plan = try plan(2)
    #expect(throws: TrainingError.self) {
      try LabelledSites(
        plan: plan, features: [Float](repeating: 1, count: count), channels: 2, labels: [0, 1],
        classes: 3)
    }
  }

  @Test("refuse a label that is no class, naming it")
  func label() throws {
    let plan = try plan(2)
    let error = #expect(throws: TrainingError.self) {
      try LabelledSites(plan: plan, features: [1, 1], labels: [0, 3], classes: 3)
    }
    #expect(error?.description.contains("label 3") == true)
  }

  @Test("refuse more planes than a byte numbers")
  func groups() throws {
    let plan = try plan(1, planes: 257)
    #expect(throws: TrainingError.self) {
      try LabelledSites(plan: plan, features: [1], labels: [0], classes: 3)
    }
  }

  @Test("keep the number of channels of a batch without sites")
  func empty() throws {
    let batch = try LabelledSites(
      plan: plan(0), features: [], channels: 5, labels: [], classes: 3)
    #expect(batch.channels == 5)
    #expect(batch.groupCount == 3)
  }
}
