import Autodiff
import Layers
import Networks
import Reference
import Sites
import TestSites
import Testing

/// Proves which layers the ready networks have, which sites they make and which sizes they take.
@Suite("Plans of ready networks")
struct ClassicPlanTests {
  private func backend() -> SparseConvolutions { SparseConvolutions(seed: 1) }

  private func sites(_ count: Int, _ spatialSize: [Int]) throws -> SiteSet {
    var random = SplitMix(seed: 6)
    return try siteSet(
      randomSites(count, events: [0, 2], spatialSize: spatialSize, random: &random),
      batchSize: 4, spatialSize: spatialSize)
  }

  /// How many layers of each kind features walk through.
  private func kinds(_ summary: NetworkSummary) -> [String: Int] {
    summary.entries.reduce(into: [:]) { counts, entry in
      counts[String(entry.layer.prefix { $0 != " " }), default: 0] += 1
    }
  }

  @Test("layers of unet and fullyConvolutionalNet", arguments: [2, 3], [false, true])
  func layersOfLevels(dimension: Int, residual: Bool) throws {
    let size = [8, 12, 4].prefix(dimension).map { 2 * $0 }
    for (levels, repetitions) in [(1, 2), (2, 1), (3, 2)] {
      let channels = Array([3, 4, 6].prefix(levels))
      let sites = try sites(60, size)
      let filtersOfBlock = residual ? 2 : 1
      let passages = levels - 1
      func expected(blocks: Int, narrowing: Int, _ others: [String: Int]) -> [String: Int] {
        let counts = others.merging([
          "SubmanifoldConvolution": filtersOfBlock * blocks,
          "Convolution": passages,
          // The skip connections of joints, and of blocks that keep their channels.
          "Identity": passages + (residual ? blocks - narrowing : 0),
          "NetworkInNetwork": residual ? narrowing : 0,
        ]) { $1 }
        return counts.filter { $0.value > 0 }
      }
      let unet = backend().unet(
        dimension: dimension, repetitions: repetitions, channels: channels, residual: residual)
      let blocks = repetitions * (levels + passages)
      let summary = try unet.summary(for: sites, channels: 3)
      #expect(
        kinds(summary)
          == expected(
            blocks: blocks, narrowing: passages,
            [
              "BatchNormReLU": filtersOfBlock * blocks + 2 * passages, "Deconvolution": passages,
            ]))
      let fully = backend().fullyConvolutionalNet(
        dimension: dimension, repetitions: repetitions, channels: channels, residual: residual,
        leak: 0.5)
      let fullSummary = try fully.summary(for: sites, channels: 3)
      #expect(
        kinds(fullSummary)
          == expected(
            blocks: repetitions * levels, narrowing: 0,
            [
              "BatchNormLeakyReLU": filtersOfBlock * repetitions * levels + passages,
              "UnPooling": passages,
            ]))
      for (network, summary) in [(unet, summary), (fully, fullSummary)] {
        #expect(summary.parameterCount == network.parameterCount)
        #expect(summary.entries.reduce(0) { $0 + $1.parameterCount } == network.parameterCount)
        let coarser = summary.entries.filter { $0.layer.hasPrefix("Convolution ") }
        #expect(
          coarser.map(\.spatialSize)
            == (0..<passages).map { level in size.map { $0 >> (level + 1) } })
        #expect(
          coarser.allSatisfy {
            $0.layer.hasSuffix(Array(repeating: "2", count: dimension).joined(separator: "×"))
          })
      }
    }
  }

  @Test("layers of vgg and resNet")
  func layersOfStages() throws {
    let vgg = backend().vgg(
      dimension: 2, inputChannels: 2,
      stages: [
        .convolution([4, 3, 2]), .maxPooling(Downsampling(size: 3, stride: 2)), .strided(5),
      ])
    #expect(
      try kinds(vgg.summary(for: sites(60, [31, 15]), channels: 2)) == [
        "SubmanifoldConvolution": 1 + 1 + 3, "Convolution": 1 + 2 + 1, "Deconvolution": 1 + 2,
        "BatchNormReLU": 2 + 6 + 2, "MaxPooling": 1,
      ])
    let resNet = backend().resNet(
      dimension: 2, inputChannels: 2,
      stages: [
        ResNetStage(channels: 3, blocks: 2, stride: 1),
        ResNetStage(channels: 3, blocks: 1, stride: 1),
        ResNetStage(channels: 4, blocks: 3, stride: 2),
      ])
    // Six blocks of two filters; two normalisations each and the last.
    #expect(
      try kinds(resNet.summary(for: sites(60, [31, 15]), channels: 2)) == [
        "SubmanifoldConvolution": 11, "Convolution": 2, "NetworkInNetwork": 1, "Identity": 4,
        "BatchNormReLU": 13,
      ])
  }

  @Test("sites, channels and sizes that come out", arguments: [0, 1, 80])
  func outputs(count: Int) throws {
    let even = try sites(count, [16, 24])
    let unet = try backend().unet(dimension: 2, repetitions: 1, channels: [3, 4, 5, 6])(
      SparseTensor(planning: Plan(even), channels: 3))
    #expect(unet.sites.hasSameSites(as: even) && unet.channels == 3)
    let fully = try backend().fullyConvolutionalNet(
      dimension: 2, repetitions: 1, channels: [3, 4, 5, 6])(
        SparseTensor(planning: Plan(even), channels: 3))
    #expect(fully.sites.hasSameSites(as: even) && fully.channels == 3 + 4 + 5 + 6)

    let odd = try sites(count, [15, 23])
    let halved = convolutionSites(
      of: coordinates(odd), filterSize: [3, 3], stride: [2, 2], spatialSize: [15, 23])
    let quartered = convolutionSites(
      of: halved, filterSize: [3, 3], stride: [2, 2], spatialSize: [7, 11])
    let resNet = try backend().resNet(
      dimension: 2, inputChannels: 3,
      stages: [4, 5].map { ResNetStage(channels: $0, blocks: 1, stride: 2) })(
        SparseTensor(planning: Plan(odd), channels: 3))
    #expect(coordinates(resNet.sites) == quartered)
    #expect(resNet.channels == 5 && resNet.spatialSize == [3, 5])
    let vgg = try backend().vgg(
      dimension: 2, inputChannels: 3,
      stages: [.convolution([2, 6]), .maxPooling(Downsampling(size: 3, stride: 2))])(
        SparseTensor(planning: Plan(odd), channels: 3))
    #expect(coordinates(vgg.sites) == halved)
    #expect(vgg.channels == 8 && vgg.spatialSize == [7, 11])
  }

  @Test("sizes that do not work are refused, with the next that would")
  func sizes() throws {
    func refusal(_ network: Sequential<SparseTensor>, _ size: [Int]) -> PlanningError? {
      #expect(throws: PlanningError.self) { try network.plan(for: size, channels: 2) }
    }
    let unet = backend().unet(dimension: 2, repetitions: 1, channels: [2, 3, 4])
    for size in [[4, 4], [8, 12], [64, 4]] {
      #expect(throws: Never.self) { try unet.plan(for: size, channels: 2) }
    }
    let second = refusal(unet, [12, 10])
    #expect(second?.path == ["1", "1", "2", "1", "1", "1"])
    #expect(second?.workingSize == [12, 12])
    #expect(refusal(unet, [11, 9])?.path == ["1", "1", "1"])
    #expect(refusal(unet, [11, 9])?.workingSize == [12, 12])
    let fully = backend().fullyConvolutionalNet(dimension: 2, repetitions: 1, channels: [2, 3, 4])
    #expect(refusal(fully, [12, 10])?.workingSize == [12, 12])

    let resNet = backend().resNet(
      dimension: 2, inputChannels: 2,
      stages: [3, 4].map { ResNetStage(channels: $0, blocks: 1, stride: 2) })
    for size in [[7, 7], [11, 15]] {
      #expect(throws: Never.self) { try resNet.plan(for: size, channels: 2) }
    }
    #expect(refusal(resNet, [8, 9])?.workingSize == [11, 11])
    #expect(refusal(resNet, [9, 11])?.path == ["3", "0", "0"])
    let vgg = backend().vgg(dimension: 2, inputChannels: 2, stages: [.convolution([3, 2])])
    #expect(throws: Never.self) { try vgg.plan(for: [9, 13], channels: 2) }
    #expect(refusal(vgg, [10, 13])?.workingSize == [11, 13])
    #expect(refusal(vgg, [10, 13])?.path == ["0", "1", "0"])
  }

  @Test("settings without sense make networks that do nothing or are refused, and never trap")
  func settings() throws {
    let networks: [Sequential<SparseTensor>] = [
      backend().unet(dimension: 2, repetitions: 1, channels: []),
      backend().unet(dimension: 2, repetitions: -1, channels: [2]),
      backend().fullyConvolutionalNet(dimension: 2, repetitions: -1, channels: [2]),
      backend().vgg(dimension: 2, inputChannels: 2, stages: []),
    ]
    for network in networks {
      let output = try network(SparseTensor(planning: Plan(sites(9, [4, 4])), channels: 2))
      #expect(output.channels == 2)
    }
    // Without blocks there is still the one that narrows the joint.
    let bare = backend().unet(dimension: 2, repetitions: 0, channels: [2, 3, 4])
    #expect(try bare.plan(for: [8, 8], channels: 2).entries.last?.channels == 2)
    let refused: [Sequential<SparseTensor>] = [
      backend().unet(dimension: 3, repetitions: 1, channels: [2]),
      backend().unet(dimension: 2, repetitions: 1, channels: [0]),
      backend().unet(
        dimension: 2, repetitions: 1, channels: [2, 3],
        downsampling: Downsampling(size: 2, stride: 0)),
      backend().resNet(
        dimension: 2, inputChannels: 2, stages: [ResNetStage(channels: 3, blocks: 1, stride: 0)]),
      backend().vgg(dimension: 2, inputChannels: 2, stages: [.convolution([])]),
      backend().vgg(dimension: 2, inputChannels: 2, stages: [.convolution([3, -1])]),
    ]
    for network in refused {
      #expect(throws: PlanningError.self) { try network.plan(for: [8, 8], channels: 2) }
    }
  }
}
