import Reference
import Sites
import Testing

/// Proves rulebooks of millions of sites by two checks that use neither hash nor dictionary: each
/// pair meets its equation, and each offset has as many as merging sorted places finds.
@Suite("Rulebooks at scale", .serialized)
struct RulebookScaleTests {
  /// Runs of neighbours with gaps between, in scan order, as tracks leave them.
  ///
  /// - Parameter gap: the longest gap.
  private func sites(_ count: Int, spatialSize: [Int], gap: Int) throws -> SiteSet {
    var random = SplitMix(seed: 20)
    let packing = try SitePacking(batchSize: 1, spatialSize: spatialSize)
    var keys: [UInt64] = []
    keys.reserveCapacity(count)
    var place = 0
    let places = spatialSize.reduce(1, *)
    while keys.count < count, place < places {
      var rest = place
      var coordinates = spatialSize
      for axis in spatialSize.indices.reversed() {
        coordinates[axis] = rest % spatialSize[axis]
        rest /= spatialSize[axis]
      }
      keys.append(try packing.key(event: 0, coordinates))
      place +=
        Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 1...gap, using: &random) : 1
    }
    return try SiteSet(packing: packing, sortedKeys: keys)
  }

  private func flat(_ sites: SiteSet) -> FlatSites {
    FlatSites(count: sites.count, spatialSize: sites.spatialSize) { row, field in
      field == 0
        ? sites.packing.event(of: sites.keys[row])
        : sites.packing.coordinate(of: sites.keys[row], axis: field - 1)
    }
  }

  private func violation(_ rulebook: Rulebook, _ problem: GeometryCase) -> String? {
    rulebookViolation(
      inputRows: rulebook.inputRows, outputRows: rulebook.outputRows,
      offsetStarts: rulebook.offsetStarts, input: flat(rulebook.inputSites),
      output: flat(rulebook.outputSites), problem.filter, form: problem.form)
  }

  static let cases: [GeometryCase] = [
    GeometryCase(filter: FilterCells([3, 3]), form: .submanifold),
    GeometryCase(filter: FilterCells([3, 3], dilation: [2, 2], kind: .cross), form: .submanifold),
    GeometryCase(filter: FilterCells([2, 2], stride: [2, 2]), form: .strided),
    GeometryCase(filter: FilterCells([2, 2]), form: .full),
    GeometryCase(filter: FilterCells([3, 3, 3]), form: .submanifold),
    GeometryCase(filter: FilterCells([2, 2, 2], stride: [2, 2, 2]), form: .strided),
    GeometryCase(filter: FilterCells([1, 2, 2]), form: .full),
  ]

  @Test("two million sites in two and three dimensions", arguments: cases)
  func twoMillion(_ problem: GeometryCase) throws {
    let isFlat = problem.filter.size.count == 2
    let set = try sites(
      2_000_000, spatialSize: isFlat ? [2_400, 2_400] : [300, 300, 300], gap: isFlat ? 6 : 40)
    #expect(set.count == 2_000_000)
    let rulebook = try problem.rulebook(set)
    #expect(violation(rulebook, problem) == nil)
  }

  @Test("onto given sites, and made twice: the same checksum")
  func givenSites() throws {
    let set = try sites(500_000, spatialSize: [1_200, 1_200], gap: 6)
    let targets = try sites(100_000, spatialSize: [600, 600], gap: 9)
    let problem = GeometryCase(filter: FilterCells([2, 2], stride: [2, 2]), form: .strided)
    let rulebook = try Rulebook.onto(targets, from: set, problem.geometry, form: .strided)
    #expect(violation(rulebook, problem) == nil)
    let again = try Rulebook.onto(targets, from: set, problem.geometry, form: .strided)
    #expect(again.checksum == rulebook.checksum)
    #expect(try problem.rulebook(set).checksum == problem.rulebook(set).checksum)
  }

  @Test("a pair that is wrong, missing or double is found")
  func negativeControl() throws {
    let set = try sites(2_000, spatialSize: [60, 60], gap: 3)
    let problem = GeometryCase(filter: FilterCells([3, 3]), form: .submanifold)
    let rulebook = try problem.rulebook(set)
    let sites = flat(set)
    func violation(_ change: (inout [Int32], inout [Int32], inout [Int]) -> Void) -> String? {
      var columns = (rulebook.inputRows, rulebook.outputRows, rulebook.offsetStarts)
      change(&columns.0, &columns.1, &columns.2)
      return rulebookViolation(
        inputRows: columns.0, outputRows: columns.1, offsetStarts: columns.2, input: sites,
        output: sites, problem.filter, form: problem.form)
    }
    #expect(violation { _, _, _ in } == nil)
    #expect(violation { inputs, _, _ in inputs[700] += 1 } != nil)
    #expect(violation { _, outputs, _ in outputs.swapAt(300, 301) } != nil)
    #expect(
      violation { inputs, outputs, starts in
        inputs.remove(at: 0)
        outputs.remove(at: 0)
        for offset in starts.indices.dropFirst() { starts[offset] -= 1 }
      } != nil)
    #expect(
      violation { inputs, outputs, starts in
        inputs.insert(inputs[0], at: 0)
        outputs.insert(outputs[0], at: 0)
        for offset in starts.indices.dropFirst() { starts[offset] += 1 }
      } != nil)
  }
}
