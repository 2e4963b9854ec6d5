import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that a folded convolution computes what its layers do one after the other.
@Suite("Folded convolutions")
struct FoldedConvolutionTests {
  private static let size = [4, 16, 16]

  /// Every convolution that can be folded, with what comes before it.
  enum Kind: CaseIterable {
    case submanifold, strided, inverse, linear

    func layer(bias: Bool) -> any Layer<SparseTensor> {
      var random = RandomStream(seed: 1, stream: 0)
      switch self {
      case .submanifold:
        return SubmanifoldConvolution(
          inputChannels: 4, outputChannels: 8, filterSize: [1, 3, 3], bias: bias, random: &random)
      case .strided:
        return Convolution(
          inputChannels: 4, outputChannels: 8, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
          bias: bias, random: &random)
      case .inverse:
        return Deconvolution(
          inputChannels: 4, outputChannels: 8, filterSize: [1, 2, 2], filterStride: [1, 2, 2],
          bias: bias, random: &random)
      case .linear:
        return NetworkInNetwork(inputChannels: 4, outputChannels: 8, bias: bias, random: &random)
      }
    }

    func input(_ features: SparseTensor) throws -> SparseTensor {
      self == .inverse
        ? try MaxPooling(poolSize: [1, 2, 2], poolStride: [1, 2, 2])(features) : features
    }
  }

  private func normalization(
    leak: Float, parts: BatchNormalization.Parts = .none
  ) -> BatchNormalization {
    let layer = BatchNormalization(channels: 8, leak: leak, parts: parts)
    for channel in 0..<layer.scale.count {
      layer.scale.value.values[channel] = Float(channel) / 4 - 0.7
      layer.shift.value.values[channel] = 0.3 - Float(channel) / 8
      layer.runningMean.value.values[channel] = Float(channel % 3) - 1
      layer.runningVariance.value.values[channel] = 0.2 + Float(channel) / 3
    }
    return layer
  }

  private func features(
    _ count: Int, channels: Int, on tape: Tape = Tape(.inference), seed: UInt64 = 4
  ) throws -> SparseTensor {
    var random = SplitMix(seed: 3)
    let sites = randomSites(count, events: [0, 2], spatialSize: Self.size, random: &random)
    let plan = Plan(try siteSet(sites, batchSize: 3, spatialSize: Self.size))
    var values = SplitMix(seed: seed)
    return try SparseTensor(
      tensor(values.rows(plan.sites.count, channels: channels), channels: channels), plan: plan,
      tape: tape)
  }

  private func expectEqual(_ left: SparseTensor, _ right: SparseTensor) {
    #expect(left.sites.hasSameSites(as: right.sites))
    let difference = compare(rows(left.features.value), with: rows(right.features.value))
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test(
    "with a normalisation, an activation, or both", arguments: Kind.allCases, [true, false])
  func agreement(_ kind: Kind, bias: Bool) throws {
    let layer = kind.layer(bias: bias)
    for count in [0, 1, 300] {
      let input = try kind.input(features(count, channels: 4))
      for leak: Float in [0, 0.2, 1] {
        let normalization = normalization(leak: leak)
        let folded = try #require(FoldedConvolution(layer, then: normalization))
        expectEqual(try folded(input), try normalization(layer(input)))
        let activation = LeakyReLU(leak: leak)
        let activated = try #require(FoldedConvolution(layer, then: activation))
        expectEqual(try activated(input), try activation(layer(input)))
      }
      let alike = normalization(leak: 1, parts: .alike)
      let first = try #require(FoldedConvolution(layer, then: alike))
      let both = try #require(FoldedConvolution(first, then: LeakyReLU(leak: 0.3)))
      expectEqual(try both(input), try LeakyReLU(leak: 0.3)(alike(layer(input))))
    }
  }

  @Test("with a sum before the activation", arguments: [0, 300])
  func sums(_ count: Int) throws {
    let tape = Tape(.inference)
    let input = try features(count, channels: 4, on: tape)
    let skip = try features(count, channels: 8, on: tape, seed: 5)
    let layer = Kind.submanifold.layer(bias: true)
    let normalization = normalization(leak: 1)
    let folded = try #require(FoldedConvolution(layer, then: normalization))
    for leak: Float in [0, 0.2, 1] {
      expectEqual(
        try folded(input, adding: skip, leak: leak),
        try LeakyReLU(leak: leak)(AddTable()([normalization(layer(input)), skip])))
    }
    #expect(throws: LayerError.self) { _ = try folded(input, adding: input, leak: 0) }
    #expect(throws: LayerError.self) {
      _ = try folded(input, adding: features(7, channels: 8), leak: 0)
    }
    let activated = try #require(FoldedConvolution(layer, then: LeakyReLU(leak: 0)))
    #expect(throws: LayerError.self) { _ = try activated(input, adding: skip, leak: 0) }
  }

  @Test("are none where parts have their own numbers, groups, or another layer is behind")
  func none() {
    let layer = Kind.submanifold.layer(bias: true)
    var random = RandomStream(seed: 1, stream: 0)
    let grouped = SubmanifoldConvolution(
      inputChannels: 8, outputChannels: 8, filterSize: [1, 3, 3], groups: 2, random: &random)
    #expect(FoldedConvolution(layer, then: normalization(leak: 0, parts: .own(4))) == nil)
    #expect(FoldedConvolution(layer, then: BatchNormalization(channels: 9)) == nil)
    #expect(FoldedConvolution(layer, then: layer) == nil)
    #expect(FoldedConvolution(grouped, then: normalization(leak: 0)) == nil)
    #expect(FoldedConvolution(Identity(), then: normalization(leak: 0)) == nil)
    let activated = FoldedConvolution(layer, then: LeakyReLU(leak: 0))
    #expect(activated.flatMap { FoldedConvolution($0, then: normalization(leak: 0)) } == nil)
  }

  @Test("are refused by training, and by a batch's own statistics")
  func refusal() throws {
    let folded = try #require(
      FoldedConvolution(Kind.submanifold.layer(bias: true), then: normalization(leak: 0)))
    for tape in [Tape(.training), Tape(.inference, statistics: .batch)] {
      #expect(throws: LayerError.folded(layer: folded.description)) {
        _ = try folded(features(10, channels: 4, on: tape))
      }
    }
    #expect(folded.description == "SubmanifoldConvolution 4→8 1×3×3, folded, ReLU")
  }
}
