import CosmicTagger
import Reference
import Sites
import Testing

/// Proves rulebooks of real events: each pair meets its equation, once, and none is missing.
@Suite("Rulebooks of real events", .enabled(if: RealEvents.arePresent))
struct RealRulebookTests {
  private func flat(_ sites: SiteSet) -> FlatSites {
    FlatSites(count: sites.count, spatialSize: sites.spatialSize) { row, field in
      field == 0
        ? sites.packing.event(of: sites.keys[row])
        : sites.packing.coordinate(of: sites.keys[row], axis: field - 1)
    }
  }

  @Test("every filter of the networks, in every form, at both ends of the resolution")
  func pairs() throws {
    for downsample in [0, 2] {
      let configuration = data { $0.downsample = downsample }
      let events = try RealEvents.load(configuration)
      let geometry = try ImageGeometry(try #require(events.first), configuration)
      let sites = try SiteAssembly(geometry, configuration).batch(events).sites
      for (filter, form) in [
        (FilterCells([1, 3, 3]), .submanifold), (FilterCells([1, 5, 5]), .submanifold),
        (FilterCells([3, 1, 1]), .submanifold), (FilterCells([1, 2, 2]), .submanifold),
        (FilterCells([1, 3, 3], dilation: [1, 2, 2], kind: .cross), .submanifold),
        (FilterCells([1, 2, 2], stride: [1, 2, 2]), .strided), (FilterCells([3, 1, 1]), .strided),
        (FilterCells([1, 2, 2], stride: [1, 2, 2]), .full),
      ] as [(FilterCells, ConvolutionForm)] {
        let geometry = FilterGeometry(
          size: filter.size, stride: filter.stride, dilation: filter.dilation,
          shape: filter.kind == .cross ? .cross : .box)
        let rulebook =
          switch form {
          case .submanifold: try Rulebook.submanifold(sites, geometry)
          case .strided: try Rulebook.strided(sites, geometry)
          case .full: try Rulebook.full(sites, geometry)
          }
        #expect(
          rulebookViolation(
            inputRows: rulebook.inputRows, outputRows: rulebook.outputRows,
            offsetStarts: rulebook.offsetStarts, input: flat(rulebook.inputSites),
            output: flat(rulebook.outputSites), filter, form: form) == nil)
      }
    }
  }
}
