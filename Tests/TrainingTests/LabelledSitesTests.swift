import Sites
import TestSites
import Testing
import Training

@Suite("Labelled sites")
struct LabelledSitesTests {
  private func plan(_ count: Int) throws -> Plan {
    let sites = (0..<count).map { [0, 0, 0, $0] }
    return Plan(try siteSet(sites, batchSize: 1, spatialSize: [3, 4, 4]))
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

  @Test("are one group unless they say otherwise, however large the image")
  func oneGroup() throws {
    let set = try siteSet(
      [[0, 5, 1, 2], [0, 767, 0, 0]], batchSize: 1, spatialSize: [768, 768, 768])
    let batch = try LabelledSites(plan: Plan(set), features: [1, 2], labels: [0, 1], classes: 2)
    #expect(batch.groupCount == 1)
    #expect(batch.groups == [0, 0])
    #expect(batch.classes == 2)
  }

  @Test("take any number of groups, and refuse those that do not belong to the sites")
  func groups() throws {
    let plan = try plan(2)
    func batch(_ groups: [Int32], _ groupCount: Int) throws -> LabelledSites {
      try LabelledSites(
        plan: plan, features: [1, 1], labels: [0, 1], classes: 3, groups: groups,
        groupCount: groupCount)
    }
    #expect(try batch([0, 999], 1000).groups == [0, 999])
    #expect(throws: TrainingError.groups(1, groupCount: 2, sites: 2)) { try batch([0], 2) }
    #expect(throws: TrainingError.groups(2, groupCount: 0, sites: 2)) { try batch([0, 0], 0) }
    #expect(throws: TrainingError.group(2, groupCount: 2)) { try batch([0, 2], 2) }
    #expect(throws: TrainingError.group(-1, groupCount: 2)) { try batch([-1, 0], 2) }
  }

  @Test("refuse numbers of classes that labels cannot tell apart", arguments: [-1, 0, 257, .max])
  func classes(count: Int) throws {
    let plan = try plan(0)
    #expect(throws: TrainingError.classes(count)) {
      try LabelledSites(plan: plan, features: [], labels: [], classes: count)
    }
  }

  @Test("keep the number of channels of a batch without sites")
  func empty() throws {
    let batch = try LabelledSites(
      plan: plan(0), features: [], channels: 5, labels: [], classes: 3, groups: [], groupCount: 4)
    #expect(batch.channels == 5)
    #expect(batch.groupCount == 4)
  }
}
