import Autodiff
import DenseLayers
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Heads on sites and on masked full images: the same scores and gradients.
@Suite("Heads of networks")
struct NetworkHeadTests {
  typealias Configuration = Networks.UResNetConfiguration
  typealias Variant = NetworkGradientTests.Variant

  private static func variant(
    _ description: String, _ change: @escaping (inout Configuration) -> Void
  ) -> Variant {
    Variant(description) {
      $0.classification.isActive = true
      $0.classification.filters = 6
      $0.classification.blocks = 1
      $0.vertex.isActive = true
      $0.vertex.filters = 5
      $0.vertex.blocks = 2
      change(&$0)
    }
  }

  static let variants = [
    variant("as in the original") { $0.vertex.depth = 1 },
    variant("gradients go on from both") {
      $0.vertex.depth = 1
      $0.vertex.detaches = false
    },
    variant("gradients stop before both") { $0.classification.detaches = true },
    variant("vertex at full resolution, planes convolved") {
      $0.vertex.depth = 2
      $0.vertex.detaches = false
      $0.deepest = .convolved
    },
    variant("vertex at the bottom, planes apart, plain") {
      $0.vertex.depth = 0
      $0.vertex.detaches = false
      $0.deepest = .perPlane
      $0.residual = false
    },
    variant("no bottom, no bias, no blocks of heads") {
      $0.vertex.depth = 1
      $0.vertex.detaches = false
      $0.vertex.blocks = 0
      $0.classification.blocks = 0
      $0.deepest = .none
      $0.bias = false
    },
  ]

  private struct Said {
    var scores: [[[Double]]] = []
    var gradients: [(name: String, values: [Double])] = []
  }

  /// Scores of sites, events and cells, and the gradients of a random mixture of those asked for.
  private func said(
    _ network: any HeadedNetwork<SparseTensor>, _ sites: SiteSet, from heads: Set<Int> = [0, 1, 2]
  ) throws -> Said {
    var random = SplitMix(seed: 5)
    let tape = Tape(.training, compute: Compute(threads: Threads(count: 2)))
    let input = try SparseTensor(
      tensor(random.rows(sites.count, channels: 1), channels: 1), plan: Plan(sites), tape: tape)
    let scores = try network.scores(input)
    let events = try #require(scores.events)
    let vertex = try #require(scores.vertex)
    #expect(events.sites.isOnePerEvent)
    let roots = [scores.pixels, events, vertex]
    tape.backward(
      from: roots.enumerated().filter { heads.contains($0.offset) }.map { _, root in
        (
          root.features,
          tensor(random.rows(root.rows, channels: root.channels), channels: root.channels)
        )
      })
    return Said(
      scores: roots.map { rows($0.features.value) },
      gradients: network.namedParameters.filter(\.parameter.isTrained).map {
        ($0.name, $0.parameter.gradientDoubles)
      })
  }

  private func sites(_ configuration: Configuration, _ count: Int) throws -> SiteSet {
    var random = SplitMix(seed: 9)
    let size = [configuration.planes, 8, 16]
    // The event in the middle is empty.
    let places = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
    return try siteSet(places, batchSize: 3, spatialSize: size)
  }

  private func masked(_ configuration: Configuration) throws -> NetworkOnImages {
    NetworkOnImages(try UResNet(configuration, over: DenseConvolutions(seed: 3)), masking: true)
  }

  @Test("sparse and masked networks say the same, and learn the same", arguments: variants)
  func equality(_ variant: Variant) throws {
    for count in [0, 1, 60] {
      let sites = try sites(variant.configuration, count)
      let sparse = try UResNet(variant.configuration, over: SparseConvolutions(seed: 3))
      let (ours, theirs) = (
        try said(masked(variant.configuration), sites), try said(sparse, sites)
      )
      for (our, their) in zip(ours.scores, theirs.scores) {
        #expect(compare(our, with: their).scaledError < 1e-5, "\(count) sites")
      }
      let largest = theirs.gradients.map { norm($0.values) }.max() ?? 0
      for (our, their) in zip(ours.gradients, theirs.gradients) {
        let error = norm(zip(our.values, their.values).map { $0 - $1 })
        #expect(error <= 1e-4 * max(norm(their.values), 1e-2 * largest), "\(our.name)")
      }
    }
  }

  @Test("the network without them is what it was", arguments: variants)
  func theRest(_ variant: Variant) throws {
    var plain = variant.configuration
    plain.classification.isActive = false
    plain.vertex.isActive = false
    let with = try UResNet(variant.configuration, over: SparseConvolutions(seed: 3))
    let without = try UResNet(plain, over: SparseConvolutions(seed: 3))
    let rest = with.namedParameters.filter {
      !$0.name.hasPrefix("classification.") && !$0.name.hasPrefix("vertex.")
    }
    #expect(rest.map(\.name) == without.namedParameters.map(\.name))
    #expect(
      rest.map(\.parameter.value.array) == without.namedParameters.map(\.parameter.value.array))
    let sites = try sites(plain, 50)
    let input = try SparseTensor(
      Tensor(rows: sites.count, channels: 1, [Float](repeating: 1, count: sites.count)),
      plan: Plan(sites), tape: Tape(.training))
    #expect(try with(input).features.value.array == without(input).features.value.array)
  }

  @Test(
    "a detached head's gradient stops before the network, another's does not",
    arguments: [true, false])
  func detachment(_ detaches: Bool) throws {
    let variant = Self.variant("") {
      $0.vertex.depth = 1
      $0.vertex.detaches = detaches
      $0.classification.detaches = detaches
    }
    let sites = try sites(variant.configuration, 60)
    for (head, name) in [(1, "classification."), (2, "vertex.")] {
      let network = try UResNet(variant.configuration, over: SparseConvolutions(seed: 3))
      let gradients = try said(network, sites, from: [head]).gradients
      let own = gradients.filter { $0.name.hasPrefix(name) }
      #expect(own.contains { norm($0.values) > 0 })
      let initial = gradients.filter { $0.name.hasPrefix("initial.") }
      #expect(initial.allSatisfy { norm($0.values) == 0 } == detaches, "\(name)")
    }
  }

  @Test("an event without sites has scores of zero")
  func emptyEvent() throws {
    let variant = Self.variant("") {
      $0.classification.blocks = 0
      $0.vertex.depth = 1
    }
    let sites = try sites(variant.configuration, 60)
    let network = try UResNet(variant.configuration, over: SparseConvolutions(seed: 3))
    let scores = try said(network, sites).scores[1]
    #expect(scores[1] == [0, 0, 0, 0])
    #expect(scores[0] != scores[2])
  }

  @Test("numbers that make no head are refused by name")
  func refusals() {
    let changes: [(String, (inout Configuration) -> Void)] = [
      ("vertex.depth", { $0.vertex.depth = 3 }), ("vertex.depth", { $0.vertex.depth = -1 }),
      ("vertex.filters", { $0.vertex.filters = 0 }),
      ("classification.filters", { $0.classification.filters = 0 }),
      ("classification.blocks", { $0.classification.blocks = 65 }),
    ]
    for (name, change) in changes {
      let configuration = Self.variant("", change).configuration
      let error = #expect(throws: NetworkError.self) { try configuration.validate() }
      #expect(error?.description.hasPrefix(name) == true)
    }
  }

  @Test("settings of a checkpoint bring heads back", arguments: variants)
  func settings(_ variant: Variant) throws {
    #expect(try Configuration(settings: variant.configuration.settings) == variant.configuration)
  }
}
