import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that layers which do not fit their input say so, in one sentence that names the numbers.
@Suite("Layer errors")
struct LayerErrorTests {
  private func input(channels: Int, size: [Int] = [4, 6], seed: UInt64 = 1) throws -> SparseTensor {
    var random = SplitMix(seed: seed)
    let sites = randomSites(9, events: [0], spatialSize: size, random: &random)
    let plan = Plan(try siteSet(sites, batchSize: 1, spatialSize: size))
    return try SparseTensor(
      Tensor(rows: plan.sites.count, channels: channels), plan: plan, tape: Tape(.inference))
  }

  @Test("another number of channels than a layer reads")
  func channels() throws {
    let input = try input(channels: 3)
    var random = RandomStream(seed: 1, stream: 0)
    let layers: [any Layer<SparseTensor>] = [
      SubmanifoldConvolution(
        inputChannels: 2, outputChannels: 1, filterSize: [3, 3], random: &random),
      Convolution(
        inputChannels: 2, outputChannels: 1, filterSize: [2, 2], filterStride: [2, 2],
        random: &random),
      Deconvolution(
        inputChannels: 2, outputChannels: 1, filterSize: [2, 2], filterStride: [2, 2],
        random: &random),
      NetworkInNetwork(inputChannels: 2, outputChannels: 1, random: &random),
      BatchNormalization(channels: 2),
    ]
    for layer in layers {
      let error = #expect(throws: LayerError.self) { try layer(input) }
      #expect(error?.description.contains("reads 2 channels") == true)
      #expect(error?.description.contains("has 3") == true)
    }
  }

  @Test("windows that do not divide the image, of another dimension, or with nothing to invert")
  func geometry() throws {
    let input = try input(channels: 2, size: [5, 6])
    var random = RandomStream(seed: 1, stream: 0)
    let layers: [any Layer<SparseTensor>] = [
      Convolution(
        inputChannels: 2, outputChannels: 1, filterSize: [2, 2], filterStride: [2, 2],
        random: &random),
      MaxPooling(poolSize: [2, 2], poolStride: [2, 2]),
      AveragePooling(poolSize: [2], poolStride: [2]),
      SubmanifoldConvolution(
        inputChannels: 2, outputChannels: 1, filterSize: [3, 3, 3], random: &random),
      UnPooling(poolSize: [2, 2], poolStride: [2, 2]),
      Deconvolution(
        inputChannels: 2, outputChannels: 1, filterSize: [2, 2], filterStride: [2, 2],
        random: &random),
    ]
    for layer in layers {
      #expect(throws: SiteError.self) { try layer(input) }
    }
  }

  @Test("tables of nothing, of other sites, or of unequal channels")
  func tables() throws {
    #expect(throws: LayerError.self) { try AddTable()([]) }
    #expect(throws: LayerError.self) { try JoinTable()([]) }
    let (first, wider) = try (input(channels: 2), input(channels: 3))
    let elsewhere = try input(channels: 2, seed: 2)
    #expect(throws: LayerError.self) { try AddTable()([first, wider]) }
    #expect(throws: LayerError.self) { try AddTable()([first, elsewhere]) }
    #expect(throws: LayerError.self) { try JoinTable()([first, elsewhere]) }
    #expect(try JoinTable()([first, wider]).channels == 5)
    #expect(try AddTable()([first]).channels == 2)
  }

  @Test("features of another number of rows than there are sites")
  func rowCount() throws {
    let plan = try input(channels: 1).plan
    #expect(throws: LayerError.self) {
      try SparseTensor(Tensor(rows: 3, channels: 1), plan: plan, tape: Tape(.inference))
    }
  }
}
