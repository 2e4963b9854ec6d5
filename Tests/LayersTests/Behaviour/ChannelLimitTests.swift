import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that no channels at all are accepted where that means something and refused elsewhere.
@Suite("Limits of channels")
struct ChannelLimitTests {
  private static let size = [4, 6]

  private func plan(_ count: Int) throws -> Plan {
    var random = SplitMix(seed: 3)
    let sites = randomSites(count, events: [0, 2], spatialSize: Self.size, random: &random)
    return Plan(try siteSet(sites, batchSize: 4, spatialSize: Self.size))
  }

  private func input(_ count: Int, channels: Int) throws -> SparseTensor {
    let plan = try plan(count)
    return try SparseTensor(
      Tensor(rows: plan.sites.count, channels: channels), plan: plan, tape: Tape(.inference))
  }

  @Test("a filter that reads or writes no channels can be made, but not used", arguments: [-1, 0])
  func filters(channels: Int) throws {
    var random = RandomStream(seed: 1, stream: 0)
    for (inputs, outputs) in [(channels, 2), (2, channels), (channels, channels)] {
      let layers: [any Layer<SparseTensor>] = [
        SubmanifoldConvolution(
          inputChannels: inputs, outputChannels: outputs, filterSize: [3, 3], random: &random),
        Convolution(
          inputChannels: inputs, outputChannels: outputs, filterSize: [2, 2],
          filterStride: [2, 2], random: &random),
        Deconvolution(
          inputChannels: inputs, outputChannels: outputs, filterSize: [2, 2],
          filterStride: [2, 2], random: &random),
        NetworkInNetwork(inputChannels: inputs, outputChannels: outputs, random: &random),
      ]
      for layer in layers {
        let error = #expect(throws: LayerError.noChannels(layer: layer.description)) {
          try layer(input(5, channels: max(inputs, 0)))
        }
        #expect(error?.description.contains("no channels") == true)
      }
    }
  }

  @Test(
    "a filter of an impossible extent can be made, but not used",
    arguments: [[0, 3], [-1, 3], [65, 3], [Int.max, 2], [3], []])
  func extents(filterSize: [Int]) throws {
    var random = RandomStream(seed: 1, stream: 0)
    let stride = filterSize.map { _ in 1 }
    let layers: [any Layer<SparseTensor>] = [
      SubmanifoldConvolution(
        inputChannels: 2, outputChannels: 2, filterSize: filterSize, random: &random),
      Convolution(
        inputChannels: 2, outputChannels: 2, filterSize: filterSize, filterStride: stride,
        random: &random),
      Deconvolution(
        inputChannels: 2, outputChannels: 2, filterSize: filterSize, filterStride: stride,
        random: &random),
      MaxPooling(poolSize: filterSize, poolStride: stride),
      AveragePooling(poolSize: filterSize, poolStride: stride),
      UnPooling(poolSize: filterSize, poolStride: stride),
    ]
    for layer in layers {
      #expect(throws: SiteError.self) { try layer(input(5, channels: 2)) }
    }
  }

  @Test(
    "layers that take channels as they come take none, forward and backward",
    arguments: [0, 1, 20])
  func withoutChannels(count: Int) throws {
    let window = (size: [2, 2], stride: [2, 2])
    let layers: [(SparseTensor) throws -> SparseTensor] = [
      { try BatchNormalization(channels: 0, leak: 0)($0) },
      { try LeakyReLU(leak: 0.3)($0) },
      { try MaxPooling(poolSize: window.size, poolStride: window.stride)($0) },
      { try AveragePooling(poolSize: window.size, poolStride: window.stride)($0) },
      {
        try UnPooling(poolSize: window.size, poolStride: window.stride)(
          AveragePooling(poolSize: window.size, poolStride: window.stride)($0))
      },
      { try AddTable()([$0, $0]) },
      { try JoinTable()([$0, $0]) },
    ]
    for layer in layers {
      let plan = try plan(count)
      let input = Tensor(rows: plan.sites.count, channels: 0)
      for statistics in [Tape.Statistics.batchUpdatingRunning, .batch, .running] {
        let pass = try LayerPass(input, plan: plan, statistics: statistics, layer)
        #expect(pass.output.channels == 0)
        let gradient = try pass.inputGradient(
          from: Tensor(rows: pass.output.sites.count, channels: 0))
        #expect(gradient.rows == plan.sites.count)
        #expect(gradient.channels == 0)
      }
      #expect(try layer(SparseTensor(planning: plan, channels: 0)).channels == 0)
    }
  }

  @Test("tables join some channels with none, and do not add them")
  func tables() throws {
    let (none, some) = try (input(9, channels: 0), input(9, channels: 3))
    #expect(try JoinTable()([none, some]).channels == 3)
    #expect(try JoinTable()([some, none, none]).channels == 3)
    #expect(throws: LayerError.self) { try AddTable()([none, some]) }
    #expect(throws: LayerError.self) { try BatchNormalization(channels: -1)(some) }
    #expect(throws: LayerError.self) { try BatchNormalization(channels: 0)(some) }
    #expect(throws: LayerError.self) { try BatchNormalization(channels: 3)(none) }
  }
}
