import Autodiff
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves what a network promises beyond its numbers: plans, errors, names and equal bits.
@Suite("Networks")
struct NetworkTests {
  typealias Configuration = Networks.UResNetConfiguration

  private func small() -> Configuration {
    var configuration = Configuration()
    configuration.initialFilters = 4
    configuration.depth = 2
    configuration.blocksDeepest = 1
    configuration.blocksFinal = 1
    configuration.bottleneckDeepest = 8
    return configuration
  }

  private func sites(_ count: Int, size: [Int] = [3, 16, 24]) throws -> SiteSet {
    var random = SplitMix(seed: 9)
    let sites = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
    return try siteSet(sites, batchSize: 3, spatialSize: size)
  }

  @Test("a plan made ahead has every rulebook that running asks for", arguments: [0, 1, 200])
  func planning(count: Int) throws {
    let network = try UResNet(small(), over: SparseConvolutions(seed: 1))
    let sites = try sites(count)
    let plan = try NetworkPlanner(network, inputChannels: 1).plan(sites)
    let planned = plan.entries.count
    #expect(planned > 0)
    let tape = Tape(.training)
    let features = Tensor(rows: sites.count, channels: 1)
    features.fill(1)
    _ = try network(SparseTensor(features, plan: plan, tape: tape))
    #expect(plan.entries.count == planned)
  }

  @Test("a size that cannot be halved and a wrong number of channels are errors")
  func errors() throws {
    let network = try UResNet(small(), over: SparseConvolutions(seed: 1))
    let size = #expect(throws: PlanningError.self) {
      try NetworkPlanner(network, inputChannels: 1).plan(sites(20, size: [3, 18, 24]))
    }
    #expect(size?.path == ["level1.downsample", "pooling"])
    #expect(size?.workingSize == [3, 20, 24])
    let channels = #expect(throws: PlanningError.self) {
      try NetworkPlanner(network, inputChannels: 2).plan(sites(20))
    }
    #expect(channels?.path == ["initial", "convolution"])
    #expect(channels?.reason is LayerError)
    #expect(channels?.workingSize == nil)
    // Another number of planes than the bottom merges.
    let planes = #expect(throws: PlanningError.self) {
      try NetworkPlanner(network, inputChannels: 1).plan(sites(20, size: [2, 16, 24]))
    }
    #expect(planes?.path.first == "deepest")
    #expect(planes?.workingSize == [3, 16, 24])
  }

  @Test("every parameter has a name of its own, and a seed its weights", arguments: [1, 2])
  func names(seed: UInt64) throws {
    let first = try UResNet(small(), over: SparseConvolutions(seed: seed)).namedParameters
    let second = try UResNet(small(), over: SparseConvolutions(seed: seed)).namedParameters
    let other = try UResNet(small(), over: SparseConvolutions(seed: seed + 7)).namedParameters
    #expect(Set(first.map(\.name)).count == first.count)
    #expect(Set(first.map { originalNames($0.name, depth: 2)[0] }).count == first.count)
    #expect(first.map(\.parameter.value.array) == second.map(\.parameter.value.array))
    #expect(first.map(\.parameter.value.array) != other.map(\.parameter.value.array))
  }

  @Test("a forward and backward pass has the same bits on 1, 2 and 3 threads")
  func sameBits() throws {
    var random = SplitMix(seed: 2)
    let size = [3, 64, 64]
    let sites = randomSites(3000, events: [0, 1], spatialSize: size, random: &random)
    let features = random.rows(sites.count, channels: 1)
    let gradient = random.rows(sites.count, channels: 3)
    func bits(_ threads: Int) throws -> [[UInt32]] {
      let production = try ProductionNetwork(small())
      let (tape, _, logits) = try production.pass(
        features, sites: sites, batchSize: 2, spatialSize: size, threads: threads)
      tape.backward(from: logits, gradient: tensor(gradient, channels: 3))
      return [logits.value.array.map(\.bitPattern)]
        + production.parameters.flatMap {
          [$0.parameter.value.array, $0.parameter.gradient.array].map { $0.map(\.bitPattern) }
        }
    }
    let one = try bits(1)
    #expect(try one == bits(2))
    #expect(try one == bits(3))
  }

  @Test("switches outside their range are refused by name")
  func validation() {
    let changes: [(inout Configuration) -> Void] = [
      { $0.depth = 0 }, { $0.depth = 13 }, { $0.initialFilters = 0 }, { $0.blocksFinal = -1 },
      { $0.leak = -1 }, { $0.leak = .nan }, { $0.normalizationEpsilon = 0 },
      { $0.normalizationMomentum = 2 }, { $0.bottleneckDeepest = 0 }, { $0.planes = 0 },
      { $0.filterSizeDeepest = 17 },
      {
        $0.growth = .multiplicative
        $0.depth = 12
        $0.initialFilters = 4096
      },
    ]
    for change in changes {
      var configuration = Configuration()
      change(&configuration)
      #expect(throws: NetworkError.self) { try configuration.validate() }
    }
    for preset in Configuration.Preset.allCases {
      #expect(throws: Never.self) { try Configuration(preset: preset).validate() }
    }
  }
}
