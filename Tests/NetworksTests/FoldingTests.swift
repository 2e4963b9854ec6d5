import Autodiff
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that a network whose normalisations are folded into its convolutions computes the same.
@Suite("Folded networks")
struct FoldingTests {
  typealias Configuration = Networks.UResNetConfiguration

  /// A network whose running statistics, scales and shifts are none of those it began with.
  private func network(
    _ configuration: Configuration
  ) throws -> UResNet<SparseConvolutions> {
    let network = try UResNet(configuration, over: SparseConvolutions(seed: 3))
    var random = SplitMix(seed: 5)
    for (name, parameter) in network.namedParameters {
      let isAround =
        name.hasSuffix("runningVariance") || name.hasSuffix("scale")
        ? 1.0 : name.hasSuffix("weight") ? nil : 0
      guard let isAround else { continue }
      let values = random.rows(parameter.count, channels: 1).map { Float(isAround + 0.4 * $0[0]) }
      parameter.value.copy(
        from: Tensor(
          rows: parameter.value.rows, channels: parameter.value.channels,
          values.map { isAround == 1 ? max($0, 0.2) : $0 }))
    }
    return network
  }

  private func input(_ configuration: Configuration, sites count: Int) throws -> (SiteSet, Tensor) {
    var random = SplitMix(seed: 7)
    let scale = 1 << configuration.depth
    let size = [configuration.planes, scale, 2 * scale]
    let places = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
    let sites = try siteSet(places, batchSize: 3, spatialSize: size)
    let rows = random.rows(sites.count, channels: configuration.inputChannels)
    return (sites, tensor(rows, channels: configuration.inputChannels))
  }

  private func expectEqual(
    _ configuration: Configuration, sites count: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let network = try network(configuration)
    let folded = network.folded()
    let (sites, features) = try input(configuration, sites: count)
    for convolution in [ConvolutionAlgorithm.automatic, .gatherGEMMScatter] {
      let logits = try [network, folded].map { network in
        let compute = Compute(threads: Threads(count: 2), convolution: convolution)
        let tape = Tape(.inference, compute: compute)
        return try rows(
          network(SparseTensor(features, plan: Plan(sites), tape: tape)).features.value)
      }
      let difference = compare(logits[1], with: logits[0])
      #expect(
        difference.scaledError < 1e-5, "\(convolution): \(difference)",
        sourceLocation: sourceLocation)
    }
  }

  @Test("give the logits of every structure", arguments: MaskedNetworkTests.variants)
  func structures(_ variant: NetworkGradientTests.Variant) throws {
    for count in [0, 60] { try expectEqual(variant.configuration, sites: count) }
  }

  @Test(
    "give the logits of the presets, whose layers are wide enough for fused loops",
    arguments: [Configuration.Preset.a21, .uresnet, .polaris, .scc21, .uresnet3d])
  func presets(_ preset: Configuration.Preset) throws {
    var configuration = Configuration(preset: preset)
    configuration.depth = 2
    try expectEqual(configuration, sites: 400)
  }

  @Test("have fewer layers, and none that normalises where planes share all numbers")
  func layers() throws {
    for preset in [Configuration.Preset.a21, .uresnet, .seed] {
      var configuration = Configuration(preset: preset)
      configuration.initialFilters = 2
      let folded = try UResNet(configuration, over: SparseConvolutions(seed: 1)).folded()
      #expect(!folded.description.contains("BatchNorm"))
      #expect(folded.description.contains("folded"))
    }
  }

  @Test("keep what planes have of their own")
  func ownParameters() throws {
    var configuration = Configuration(preset: .a21)
    configuration.splitScope = .eachPlane
    let folded = try UResNet(configuration, over: SparseConvolutions(seed: 1)).folded()
    #expect(folded.description.contains("BatchNorm"))
    try expectEqual(configuration, sites: 100)
  }

  @Test("are refused where statistics are a batch's own")
  func refusal() throws {
    let configuration = MaskedNetworkTests.variants[0].configuration
    let folded = try network(configuration).folded()
    let (sites, features) = try input(configuration, sites: 20)
    for tape in [Tape(.training), Tape(.inference, statistics: .batch)] {
      #expect(throws: LayerError.self) {
        _ = try folded(SparseTensor(features, plan: Plan(sites), tape: tape))
      }
    }
  }
}
