import Reference
import Sites
import TestSites
import Testing

/// Proves rulebooks of every form, shape and dilation against the oracle's, pair by pair.
@Suite("Rulebooks of every form")
struct GeneralRulebookTests {
  @Test("pairs and output sites are the oracle's", arguments: GeometryCase.all)
  func ownSites(_ problem: GeometryCase) throws {
    for (count, events) in GeometryCase.populations {
      let sites = problem.sites(count, events: events)
      let set = try siteSet(sites, batchSize: 4, spatialSize: problem.spatialSize)
      let rulebook = try problem.rulebook(set)
      let expected = outputSites(
        of: sites, problem.filter, form: problem.form, spatialSize: problem.spatialSize)
      #expect(coordinates(rulebook.outputSites) == expected)
      #expect(rulebook.outputSites.spatialSize == problem.outputSize)
      #expect(rulebook.outputSites.batchSize == 4)
      #expect(rulebook.form == RulebookForm(problem.form))
      #expect(
        pairs(rulebook)
          == generalRulebook(input: sites, output: expected, problem.filter, form: problem.form))
      expectBlocks(of: rulebook)
      try expectIdentity(of: rulebook, problem)
      #expect(try problem.rulebook(set).checksum == rulebook.checksum)
    }
  }

  @Test("onto given sites, pairs are the oracle's", arguments: GeometryCase.all)
  func givenSites(_ problem: GeometryCase) throws {
    for (count, events) in GeometryCase.populations {
      let sites = problem.sites(count, events: events)
      // Targets may be in events that have no input, and the other way round.
      for targets in [problem.targets(of: sites, events: [0, 1, 2]), []] {
        let rulebook = try Rulebook.onto(
          siteSet(targets, batchSize: 4, spatialSize: problem.outputSize),
          from: siteSet(sites, batchSize: 4, spatialSize: problem.spatialSize), problem.geometry,
          form: RulebookForm(problem.form))
        #expect(coordinates(rulebook.outputSites) == targets)
        #expect(
          pairs(rulebook)
            == generalRulebook(input: sites, output: targets, problem.filter, form: problem.form))
        expectBlocks(of: rulebook)
      }
    }
  }

  @Test("onto the sites that a form makes itself, a rulebook is the same", arguments: 1...4)
  func ontoItsOwn(dimension: Int) throws {
    for problem in GeometryCase.all where problem.filter.size.count == dimension {
      let sites = problem.sites(40, events: [0, 2])
      let set = try siteSet(sites, batchSize: 4, spatialSize: problem.spatialSize)
      let rulebook = try problem.rulebook(set)
      let same = try Rulebook.onto(
        rulebook.outputSites, from: set, problem.geometry, form: rulebook.form)
      #expect(same.checksum == rulebook.checksum)
    }
  }

  @Test("what one filter does is not what another of the same box does")
  func negativeControl() throws {
    var random = SplitMix(seed: 4)
    let sites = randomSites(120, events: [0, 1], spatialSize: [11, 11], random: &random)
    let set = try siteSet(sites, batchSize: 2, spatialSize: [11, 11])
    let filters = [
      FilterCells([3, 3]), FilterCells([3, 3], dilation: [2, 2]),
      FilterCells([3, 3], kind: .cross),
      FilterCells([3, 3], dilation: [1, 2]),
      FilterCells([3, 3], kind: .chosen([[0, 0], [1, 1]])),
      FilterCells([3, 3], kind: .chosen([[1, 1], [0, 0]])),
    ]
    for made in filters {
      for form in ConvolutionForm.allCases {
        let problem = GeometryCase(filter: made, form: form)
        let rulebook = try problem.rulebook(set)
        let output = coordinates(rulebook.outputSites)
        for other in filters {
          let isSame =
            pairs(rulebook) == generalRulebook(input: sites, output: output, other, form: form)
          #expect(isSame == (other == made), "\(form) \(made), \(other)")
        }
      }
    }
  }

  private func expectIdentity(of rulebook: Rulebook, _ problem: GeometryCase) throws {
    let centre = problem.filter.centredOffsets.firstIndex { $0.allSatisfy { $0 == 0 } }
    #expect(rulebook.identityOffset == (problem.form == .submanifold ? centre : nil))
    guard let identity = rulebook.identityOffset else { return }
    let rows = rulebook.pairs(offset: identity)
    #expect(rows.map(\.input) == Array(0..<rulebook.inputSites.count))
    #expect(rows.map(\.output) == Array(0..<rulebook.inputSites.count))
  }
}
