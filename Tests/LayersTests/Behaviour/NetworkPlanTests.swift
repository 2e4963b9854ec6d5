import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves what a network says of itself before it runs: its outline, its plan, its work, its errors.
@Suite("Planning and printing networks")
struct NetworkPlanTests {
  /// Two halvings of an image in two dimensions.
  private func network() -> Sequential<SparseTensor> {
    var random = RandomStream(seed: 1, stream: 0)
    func convolution(_ input: Int, _ output: Int) -> SubmanifoldConvolution {
      SubmanifoldConvolution(
        inputChannels: input, outputChannels: output, filterSize: [3, 3], random: &random)
    }
    func down(_ input: Int, _ output: Int) -> Convolution {
      Convolution(
        inputChannels: input, outputChannels: output, filterSize: [2, 2], filterStride: [2, 2],
        random: &random)
    }
    return Sequential([
      ("first", Sequential(convolution(1, 4), BatchNormalization(channels: 4, leak: 0))),
      ("down", down(4, 6)), ("pool", MaxPooling(poolSize: [3, 2], poolStride: [3, 2])),
      ("classifier", NetworkInNetwork(inputChannels: 6, outputChannels: 2, random: &random)),
    ])
  }

  @Test("a network prints its parts with their parameters")
  func outline() {
    #expect(
      "\(network())" == """
        (first):
          (0): SubmanifoldConvolution 1→4 3×3, 40 parameters
          (1): BatchNormReLU 4, 8 parameters
        (down): Convolution 4→6 2×2/2×2, 102 parameters
        (pool): MaxPooling 3×2/3×2
        (classifier): NetworkInNetwork 6→2, 14 parameters
        """)
  }

  @Test("a plan for an image size shows the size after every layer")
  func sizes() throws {
    let summary = try network().plan(for: [12, 8])
    #expect(summary.entries.map(\.spatialSize) == [[12, 8], [12, 8], [6, 4], [2, 2], [2, 2]])
    #expect(summary.entries.map(\.channels) == [4, 4, 6, 6, 2])
    #expect(summary.entries.map(\.parameterCount) == [40, 8, 102, 0, 14])
    #expect(summary.parameterCount == 164)
    #expect(summary.entries[0].path == ["first", "0"])
  }

  @Test("a summary prints shapes, and work where there are sites")
  func table() throws {
    #expect(
      "\(try network().plan(for: [12, 8]))" == """
        layer                                       channels  size  parameters
        first.0     SubmanifoldConvolution 1→4 3×3         4  12×8          40
        first.1     BatchNormReLU 4                        4  12×8           8
        down        Convolution 4→6 2×2/2×2                6   6×4         102
        pool        MaxPooling 3×2/3×2                     6   2×2           0
        classifier  NetworkInNetwork 6→2                   2   2×2          14
        164 parameters
        """)
    let set = try siteSet([[0, 1, 1], [0, 1, 2]], batchSize: 1, spatialSize: [12, 8])
    let summary = try network().summary(for: set)
    #expect("\(summary)".hasSuffix("164 parameters, 76 multiply-adds, 22 hidden states"))
  }

  @Test("a size that does not work is refused with the layer and a size that works")
  func workingSize() throws {
    let error = #expect(throws: PlanningError.self) { try network().plan(for: [13, 7]) }
    #expect(error?.path == ["down"])
    #expect(error?.layer == "Convolution 4→6 2×2/2×2")
    #expect(error?.workingSize == [18, 8])
    #expect(error?.description.contains("an input of size [18, 8] would work") == true)
    #expect(throws: Never.self) { try network().plan(for: [18, 8]) }
    // The second halving is at fault here, and the first one's axis fits.
    let deeper = #expect(throws: PlanningError.self) { try network().plan(for: [14, 8]) }
    #expect(deeper?.path == ["pool"])
    #expect(deeper?.workingSize == [18, 8])
  }

  @Test("channels that do not fit are refused without a size to use instead")
  func channels() throws {
    let error = #expect(throws: PlanningError.self) {
      try network().plan(for: [12, 8], channels: 3)
    }
    #expect(error?.path == ["first", "0"])
    #expect(error?.workingSize == nil)
    #expect(error?.reason is LayerError)
  }

  @Test("a plan looks up neighbours as it is told", arguments: SiteIndexKind.allCases)
  func index(kind: SiteIndexKind) throws {
    var random = SplitMix(seed: 8)
    let sites = randomSites(30, events: [0], spatialSize: [12, 8], random: &random)
    let set = try siteSet(sites, batchSize: 1, spatialSize: [12, 8])
    let network = network()
    let expected = try network.plan(for: set).entries.map(\.rulebook)
    let plans = [
      try network.plan(for: set, index: kind),
      try NetworkPlanner(network, inputChannels: 1, index: kind).plan(set),
    ]
    for plan in plans {
      #expect(plan.index == kind)
      #expect(plan.entries.map(\.rulebook.inputRows) == expected.map(\.inputRows))
      #expect(plan.entries.map(\.rulebook.outputRows) == expected.map(\.outputRows))
    }
  }

  @Test("multiply-adds and hidden states are those of the rulebooks", arguments: [0, 1, 40])
  func work(count: Int) throws {
    var random = SplitMix(seed: 3)
    let sites = randomSites(count, events: [0, 2], spatialSize: [12, 8], random: &random)
    let set = try siteSet(sites, batchSize: 3, spatialSize: [12, 8])
    let network = network()
    let summary = try network.summary(for: set)
    let submanifold = submanifoldRulebook(sites: sites, filterSize: [3, 3]).joined().count
    let coarse = convolutionSites(
      of: sites, filterSize: [2, 2], stride: [2, 2], spatialSize: [12, 8])
    let down = convolutionRulebook(
      input: sites, output: coarse, filterSize: [2, 2], stride: [2, 2]
    ).joined().count
    let pooled = convolutionSites(
      of: coarse, filterSize: [3, 2], stride: [3, 2], spatialSize: [6, 4])
    #expect(
      summary.entries.map(\.multiplyAdds) == [
        submanifold * 4, 0, down * 24, 0, pooled.count * 12,
      ])
    #expect(summary.multiplyAdds == submanifold * 4 + down * 24 + pooled.count * 12)
    #expect(summary.hiddenStates == sites.count * 4 + coarse.count * 6 + pooled.count * 2)
    // A pass that computes counts the same.
    let trace = Trace()
    let plan = try network.plan(for: set)
    let tape = Tape(.training)
    tape.trace = trace
    _ = try network(
      SparseTensor(Tensor(rows: sites.count, channels: 1), plan: plan, tape: tape))
    #expect(trace.entries == summary.entries)
    #expect(trace.path.isEmpty)
  }
}
